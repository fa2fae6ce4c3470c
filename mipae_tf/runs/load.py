"""Loading of trained models."""

import pathlib

from mipae_tf.models import VideoModel
from mipae_tf.runs.checkpoints import DamagedCheckpoints
from mipae_tf.runs.checkpoints import restore_stage_weights
from mipae_tf.runs.folder import RunFolder


def load(run_dir: str | pathlib.Path) -> VideoModel:
    """Loads the model of a run with the weights of its last stage.

    Args:
        run_dir: folder of the run.

    Returns:
        The model; call `model.forecast(video, horizon=30)` for a forecast.

    Raises:
        ValueError: if the folder is not a run folder, or has no checkpoint
            that can be read.
    """
    model = RunFolder(run_dir).settings().make_model()
    load_weights(model, run_dir)
    return model


def load_weights(model: VideoModel, run_dir: str | pathlib.Path) -> None:
    """Loads the weights of a run with the same networks into a model.

    Args:
        model: the model.
        run_dir: folder of the run.

    Raises:
        ValueError: if the folder is not a run folder, has no checkpoint that
            can be read, or has other networks.
    """
    folder = RunFolder(run_dir)
    settings = folder.settings()
    try:
        for stage in reversed(model.stage_names):
            if restore_stage_weights(folder, model, stage):
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
        "mipae_tf.train` with the same flags resumes it."
    )
