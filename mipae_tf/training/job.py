"""Training of a model from a dataset name or from clips."""

import pathlib
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from mipae_tf.cli.screen import say
from mipae_tf.data import Clips
from mipae_tf.data import open_clips
from mipae_tf.data.sources import some_clips
from mipae_tf.models import VideoModel
from mipae_tf.models import config_class
from mipae_tf.runs import RunFolder
from mipae_tf.runs import RunSettings
from mipae_tf.runs.load import load_weights
from mipae_tf.runs.settings import OWN_CLIPS
from mipae_tf.training.options import TrainingOptions
from mipae_tf.training.strategies import emulates_bfloat16
from mipae_tf.training.strategies import make_strategy
from mipae_tf.training.strategies import precision
from mipae_tf.training.trainer import Trainer

DEFAULT_MODEL = "mipae"
DEFAULT_DATASET = "moving_dsprites/quickstart"


def train_model(
    run_dir: str | pathlib.Path,
    dataset: str | None = None,
    model: str = DEFAULT_MODEL,
    protocol: str = "default",
    hyperparameters: Mapping[str, Any] | None = None,
    *,
    clips: Mapping[str, Any] | None = None,
    options: TrainingOptions | None = None,
    flags: str = "",
    **given: Any,
) -> VideoModel:
    """Trains a model, or resumes an interrupted run.

    Example:

    >>> model = train_model("runs/mine", seed=1, log_every=50)

    Args:
        run_dir: folder of the run.
        dataset: name of a tfds dataset, which is built if it is missing;
            `DEFAULT_DATASET` if None. Ignored if `clips` is given.
        model: name of the model.
        protocol: preset of hyper-parameters.
        hyperparameters: values that override the preset.
        clips: mapping with `train` and `validation`, used instead of a tfds
            dataset. Each is a `Clips`, an array `[clips, time, height, width,
            1 or 3]` or a `tf.data.Dataset` of clips; uint8, or floating in
            [0, 1].
        options: training options.
        flags: text of the flagfile that repeats this call.
        **given: fields of `TrainingOptions`, which override `options`.

    Returns:
        The trained model.

    Raises:
        ValueError: if an argument is not valid, before the run folder is
            changed; the message names the flag, the value and what is
            allowed.
        Interrupted: after SIGTERM or Ctrl-C, when everything is saved.
    """
    options = (options or TrainingOptions()).updated(given)
    config = config_class(model).resolve(protocol, hyperparameters)
    scope = make_strategy(options.strategy)
    if clips is None:
        dataset = dataset or DEFAULT_DATASET
    else:
        dataset = OWN_CLIPS
    splits = _open(clips, dataset, options)
    _check_length(config, splits["train"])
    settings = RunSettings(
        model=model,
        protocol=protocol,
        config=config,
        dataset=dataset,
        frame_shape=splits["train"].frame_shape,
        seed=options.seed,
        train_clips=options.train_clips,
        data_dir=options.data_dir,
        manual_dir=options.manual_dir,
    )
    folder = _worker_folder(run_dir, scope)
    settings, flags = _resumed_settings(
        folder, settings, hyperparameters or {}, flags
    )
    folder.require_same_run(settings)
    with scope.scope(), precision(options.precision):
        trained = settings.make_model()
        # A resumed run restores its own weights.
        if options.init_from and not (folder.path / "checkpoints").exists():
            load_weights(trained, options.init_from)
        trainer = Trainer(
            folder, trained, **splits, strategy=scope, options=options
        )
    folder.claim(settings, flags)
    try:
        _log_start(settings, splits, scope.num_replicas_in_sync)
        slow = options.precision != "float32" and not options.xla
        if slow and emulates_bfloat16():
            say(
                f"--precision={options.precision} is emulated by this "
                "processor: steps may take ten times as long as in float32, "
                "but about as long with --xla"
            )
        trainer.train()
    finally:
        folder.release()
    return trained


def _open(clips, dataset, options: TrainingOptions) -> dict[str, Clips]:
    limits = {"train": options.train_clips, "validation": None}
    source = {
        "data_dir": options.data_dir,
        "manual_dir": options.manual_dir,
        "clips_dir": options.clips_dir,
    }
    if clips is None:
        return {
            split: open_clips(dataset, split, limit=count, **source)
            for split, count in limits.items()
        }
    if source["clips_dir"]:
        raise ValueError(
            f"--clips_dir={source['clips_dir']} applies only to tfds "
            "datasets; for arrays, use memory maps instead."
        )
    if not isinstance(clips, Mapping):
        raise ValueError(
            f"clips is of the type {type(clips).__name__}; it must be a "
            "mapping with train and validation."
        )
    missing = set(limits) - set(clips)
    if missing:
        raise ValueError(
            f"clips lacks {', '.join(sorted(missing))}; it must have train "
            "and validation."
        )
    opened = {
        split: some_clips(Clips.of(clips[split], f"clips {split}"), count)
        for split, count in limits.items()
    }
    shapes = {split: own.video.shape[1:] for split, own in opened.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(
            f"clips differ in shape ({shapes}); train and validation must "
            "have the same length and frames."
        )
    return opened


def _worker_folder(run_dir, scope) -> RunFolder:
    """The folder of the run, or of this worker if it is not the chief."""
    resolver = scope.cluster_resolver
    if resolver is None:
        return RunFolder(run_dir)
    name = f"{resolver.task_type}-{resolver.task_id}"
    chief = "chief" in resolver.cluster_spec().jobs
    if name == ("chief-0" if chief else "worker-0"):
        return RunFolder(run_dir)
    return RunFolder(pathlib.Path(run_dir) / "workers" / name)


def _resumed_settings(
    folder: RunFolder, settings: RunSettings, given: Mapping, flags: str
) -> tuple[RunSettings, str]:
    """See `RunFolder.resumed_settings`; also gives the matching flags."""
    resumed = folder.resumed_settings(settings, given)
    now, then = settings.config.identity(), resumed.config.identity()
    kept = [f"--{n}={then[n]}" for n in now if now[n] != then[n]]
    if not kept:
        return resumed, flags
    say(
        "The run was created before some options existed; it resumes with "
        f"{' '.join(kept)}"
    )
    return resumed, flags and flags + "\n".join(kept) + "\n"


def _check_length(config, clips: Clips) -> None:
    if config.context >= clips.length:
        raise ValueError(
            f"--context={config.context} is too long: the clips have "
            f"{clips.length} frames; allowed is 1 to {clips.length - 1}."
        )
    most = clips.length - config.context
    if config.train_horizon > most:
        raise ValueError(
            f"--train_horizon={config.train_horizon} is too long: after "
            f"--context={config.context} the clips have {most} more frames; "
            f"allowed is 1 to {most}."
        )


def _log_start(settings, splits, replicas: int) -> None:
    shape = "x".join(map(str, settings.frame_shape))
    kind = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
    devices = f"the {kind}" if replicas == 1 else f"{replicas} {kind} replicas"
    say(
        f"training {settings.model} on {settings.dataset}: "
        f"{len(splits['train'])} training clips, "
        f"{len(splits['validation'])} validation clips, frames {shape}, "
        f"on {devices}"
    )
