"""From a run folder to a model that is ready to use."""

import pathlib

from mipae_tf.models import VideoModel
from mipae_tf.runs.checkpoints import DamagedCheckpoints
from mipae_tf.runs.checkpoints import restore_result
from mipae_tf.runs.folder import RunFolder


def load(run_dir: str | pathlib.Path) -> VideoModel:
    """The model of a run, with the weights of its last stage.

    Args:
        run_dir: the folder that `train` wrote.

    Returns:
        The model; `model.forecast(video, horizon=30)` predicts.

    Raises:
        ValueError: when the folder holds no run, or a run without a checkpoint
            that can be read.
    """
    model = RunFolder(run_dir).settings().make_model()
    load_weights(model, run_dir)
    return model


def load_weights(model: VideoModel, run_dir: str | pathlib.Path) -> None:
    """Gives a model the weights of a run of the same networks.

    Args:
        model: takes the weights.
        run_dir: the folder that `train` wrote.

    Raises:
        ValueError: when the folder holds no run, a run without a checkpoint
            that can be read, or one of other networks.
    """
    folder = RunFolder(run_dir)
    settings = folder.settings()
    try:
        for stage in reversed(model.STAGES):
            if restore_result(folder, model, stage):
                return
    except DamagedCheckpoints:
        raise
    except ValueError as error:
        raise ValueError(
            f"The run in {run_dir} ({settings.model}) has other networks "
            f"than this {model.title}: {error}"
        ) from error
    raise ValueError(
        f"The run in {run_dir} has no checkpoint yet; `python -m "
        "mipae_tf.train` with the same flags goes on with it."
    )
