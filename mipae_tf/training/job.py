"""Training of a model from a dataset name or from clips."""

import os
import pathlib
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from mipae_tf.cli.screen import say
from mipae_tf.data.video_options import VideoOptions
from mipae_tf.files import require_writable
from mipae_tf.models import VideoModel
from mipae_tf.models import config_class
from mipae_tf.runs import RunFolder
from mipae_tf.runs import RunSettings
from mipae_tf.runs.load import load_weights
from mipae_tf.training.options import TrainingOptions
from mipae_tf.training.sources import VIDEO_FIELDS
from mipae_tf.training.sources import ClipSource
from mipae_tf.training.sources import open_source
from mipae_tf.training.strategies import emulates_bfloat16
from mipae_tf.training.strategies import make_strategy
from mipae_tf.training.strategies import precision
from mipae_tf.training.trainer import Trainer

DEFAULT_MODEL = "mipae"


def train_model(
    run_dir: str | pathlib.Path,
    dataset: str | None = None,
    model: str = DEFAULT_MODEL,
    protocol: str = "default",
    hyperparameters: Mapping[str, Any] | None = None,
    *,
    recipe: str | None = None,
    videos: str | os.PathLike | None = None,
    video_options: VideoOptions | None = None,
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
            `DEFAULT_DATASET` if None.
        model: name of the model.
        protocol: preset of hyper-parameters.
        hyperparameters: values that override the presets.
        recipe: changes to the preset for a kind of video: video (recorded) or
            drawn. If None, video for `videos` and recorded datasets such as
            kth_actions with the default protocol, if the model has that
            recipe, otherwise drawn.
        videos: folder of videos, used instead of a dataset; clips are cut from
            them, see `data_builders/video_folder/README.md`.
        video_options: how clips are cut.
        clips: mapping with `train` and `validation`, used instead of a dataset.
            Each is a `Clips`, an array `[clips, time, height, width,
            1 or 3]` or a `tf.data.Dataset` of clips; uint8, or floating in
            [0, 1].
        options: training options.
        flags: text of the flagfile that repeats this call.
        **given: fields of `TrainingOptions` and `VideoOptions`, which override
            `options` and `video_options`.

    Returns:
        The trained model.

    Raises:
        ValueError: if an argument is not valid, before the run folder is
            changed; the message names the flag, the value and what is
            allowed.
        Interrupted: after SIGTERM or Ctrl-C, when everything is saved.
    """
    for_videos = {k: given.pop(k) for k in VIDEO_FIELDS if k in given}
    if for_videos and videos is None:
        raise ValueError(
            f"{', '.join(f'--{name}' for name in for_videos)} applies only to "
            "videos; give --videos=FOLDER."
        )
    if for_videos:
        video_options = (video_options or VideoOptions()).updated(for_videos)
    options = (options or TrainingOptions()).updated(given)
    source = ClipSource(dataset, videos, clips, video_options)
    known = config_class(model)
    if recipe is None:
        has_one = protocol == "default" and "video" in known.RECIPES
        recipe = "video" if has_one and source.recorded else "drawn"
    config = known.resolve(protocol, hyperparameters, recipe)
    scope = make_strategy(options.strategy)
    folder = _worker_folder(run_dir, scope)
    require_writable(folder.path)  # before hours of building a dataset
    opened = open_source(source, config, options)
    splits = opened.splits
    settings = RunSettings(
        model=model,
        protocol=protocol,
        recipe=recipe,
        config=config,
        dataset=opened.dataset,
        frame_shape=splits["train"].frame_shape,
        seed=options.seed,
        train_clips=options.train_clips,
        data_dir=options.data_dir,
        manual_dir=options.manual_dir,
        videos=opened.videos,
        clips=opened.fingerprints,
    )
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
