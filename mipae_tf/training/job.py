"""One call from a dataset's name, or clips, to a trained run."""

import pathlib
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from mipae_tf.cli.screen import say
from mipae_tf.data import Clips
from mipae_tf.data import open_clips
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


def train_model(
    run_dir: str | pathlib.Path,
    dataset: str | None = None,
    model: str = "mipae",
    protocol: str = "default",
    hyperparameters: Mapping[str, Any] | None = None,
    *,
    clips: Mapping[str, Any] | None = None,
    options: TrainingOptions | None = None,
    flags: str = "",
    **given: Any,
) -> VideoModel:
    """Trains a model, or resumes a run that was interrupted.

    Example:

    >>> model = train_model("runs/mine", seed=1, log_every=50)

    Args:
        run_dir: folder of the run.
        dataset: tfds name of the clips, built when it is missing;
            moving_dsprites/quickstart when None. Ignored where `clips` are
            given.
        model: name of the system.
        protocol: preset of hyper-parameters.
        hyperparameters: values that win over the preset's.
        clips: `train` and `validation`, each a `Clips`, an array `[clips,
            time, height, width, 1 or 3]` or a `tf.data.Dataset` of clips,
            instead of a tfds dataset; uint8, or floating in [0, 1].
        options: how to train.
        flags: text of the flagfile that repeats this call.
        **given: fields of `TrainingOptions`, which override `options`.

    Returns:
        The trained model.

    Raises:
        ValueError: for anything that cannot be done, before the run folder
            is touched; the message names flag, value and what is allowed.
        Interrupted: after SIGTERM or Ctrl-C, once everything is saved.
    """
    options = (options or TrainingOptions()).updated(given)
    config = config_class(model).resolve(protocol, hyperparameters)
    scope = make_strategy(options.strategy)
    if clips is None:
        dataset = dataset or "moving_dsprites/quickstart"
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
    folder = _folder(run_dir, scope)
    settings, flags = _as_begun(folder, settings, hyperparameters or {}, flags)
    folder.refuse_other(settings)
    with scope.scope(), precision(options.precision):
        made = settings.make_model()
        # A run that goes on has weights of its own.
        if options.init_from and not (folder.path / "checkpoints").exists():
            load_weights(made, options.init_from)
        trainer = Trainer(
            folder, made, **splits, strategy=scope, options=options
        )
    folder.claim(settings, flags)
    try:
        _log_start(settings, splits, scope.num_replicas_in_sync)
        slow = options.precision != "float32" and not options.xla
        if slow and emulates_bfloat16():
            say(
                f"--precision={options.precision} is emulated by this "
                "processor: steps may take ten times as long as in float32, "
                "and about as long with --xla"
            )
        trainer.train()
    finally:
        folder.release()
    return made


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
            f"--clips_dir={source['clips_dir']} is for clips of a tfds "
            "dataset; clips of your own may be memory maps themselves."
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
        split: Clips.of(clips[split], f"clips {split}").take(slice(count))
        for split, count in limits.items()
    }
    shapes = {split: own.video.shape[1:] for split, own in opened.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(
            f"clips differ in shape ({shapes}); train and validation must "
            "have the same length and frames."
        )
    return opened


def _folder(run_dir, scope) -> RunFolder:
    """Each further worker has a folder of its own within the run's."""
    resolver = scope.cluster_resolver
    if resolver is None:
        return RunFolder(run_dir)
    name = f"{resolver.task_type}-{resolver.task_id}"
    chief = "chief" in resolver.cluster_spec().jobs
    if name == ("chief-0" if chief else "worker-0"):
        return RunFolder(run_dir)
    return RunFolder(pathlib.Path(run_dir) / "workers" / name)


def _as_begun(
    folder: RunFolder, settings: RunSettings, given: Mapping, flags: str
) -> tuple[RunSettings, str]:
    """See `RunFolder.as_begun`; flags that say the same."""
    begun = folder.as_begun(settings, given)
    now, then = settings.config.identity(), begun.config.identity()
    kept = [f"--{n}={then[n]}" for n in now if now[n] != then[n]]
    if not kept:
        return begun, flags
    say(f"The run is older than some options and goes on with {' '.join(kept)}")
    return begun, flags and flags + "\n".join(kept) + "\n"


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
            f"--context={config.context} the clips have {most} more frames."
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
