"""`evaluate_run(run_dir)`: measures a run and writes metrics and report."""

import hashlib
import importlib
import io
import json
import pathlib
import platform
import subprocess
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from mipae_tf.cli.screen import say
from mipae_tf.data import Clips
from mipae_tf.data import open_clips
from mipae_tf.data.datasets import MOST_IN_MEMORY
from mipae_tf.data.datasets import open_builder
from mipae_tf.data.sources import some_clips
from mipae_tf.data.videos import rebuild_videos
from mipae_tf.evaluation.groups.mig import MIG_CAVEAT
from mipae_tf.evaluation.groups.registry import GROUPS
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.options import EvaluationOptions
from mipae_tf.evaluation.report import write_report
from mipae_tf.evaluation.subject import Subject
from mipae_tf.files import UNREADABLE
from mipae_tf.files import describe
from mipae_tf.files import write_file
from mipae_tf.judging.judge import CLIPS
from mipae_tf.judging.judge import STEPS
from mipae_tf.keras_settings import keras_defaults
from mipae_tf.models import VideoModel
from mipae_tf.runs import RunFolder
from mipae_tf.runs import RunSettings
from mipae_tf.runs import load
from mipae_tf.runs.failed_training import failed_training
from mipae_tf.runs.settings import OWN_CLIPS
from mipae_tf.runs.training_times import training_entry
from mipae_tf.runs.training_times import unfinished_stage
from mipae_tf.version import __version__

# By name: the module, as the distribution may have another one, such as
# tensorflow-cpu.
PACKAGES = {
    "tensorflow": "tensorflow",
    "keras": "keras",
    "tensorflow-datasets": "tensorflow_datasets",
    "scikit-learn": "sklearn",
}
# Conventions without which numbers cannot be compared.
CONVENTIONS = {
    "psnr": "-10 log10 of the squared error pooled over clips, peak 1",
    "ssim": "Gaussian window 11, sigma 1.5, data range 1 (tf.image.ssim)",
    "ssim_uint8_7x7": "uniform window 7, data range 255, sample covariance, "
    "as MIPAE",
    "ssim_float_range2": "uniform window 7, data range 2, as SVG",
    "judge": f"{STEPS} steps on single frames of {CLIPS} training clips",
    "fvd": "predicted frames alone, without their context",
    "mig": MIG_CAVEAT,
    "intervals": "95 %, bootstrap over clips, or over sources of clips",
}


@keras_defaults()
def evaluate_run(
    run_dir: str | pathlib.Path,
    groups: Sequence[str] = tuple(GROUPS),
    options: EvaluationOptions | None = None,
    data_dir: str | None = None,
    own_clips: Clips | np.ndarray | Mapping[str, Any] | None = None,
) -> dict[str, dict]:
    """Measures a run on held-out clips.

    Writes `metrics.json`, `per_clip.npz`, `figures/` and `report.html` in the
    run folder. Groups that are not measured keep what an earlier evaluation
    with the same protocol wrote.

    Args:
        run_dir: the folder that `train` wrote.
        groups: some of `GROUPS`.
        options: how much is measured; the defaults where not given.
        data_dir: where tfds keeps datasets; that of the training when None.
        own_clips: held-out clips, for a run that was trained on clips of the
            user's own; or a mapping with these as `test` and the training
            clips as `train`, which `memory` and `judged` need.

    Returns:
        What `metrics.json` holds.

    Raises:
        ValueError: for an unknown group, a horizon longer than the clips, or a
            folder without a trained run.
    """
    unknown = set(groups) - set(GROUPS)
    if unknown:
        raise ValueError(
            f"--metrics={','.join(sorted(unknown))} is unknown; allowed are "
            f"{', '.join(GROUPS)}."
        )
    folder, options = RunFolder(run_dir), options or EvaluationOptions()
    subject = _subject(folder, options, data_dir, own_clips)
    protocol = _protocol(folder, subject)
    training = training_entry(folder) | _failure(folder, subject.model)
    if "absent" not in training:
        stages = subject.model.stages()
        training["unfinished"] = unfinished_stage(training["stages"], stages)
    extra = {"training": training, "protocol": protocol}
    found = _earlier(folder, groups, protocol) | _sources(subject)
    wanted = [name for name in GROUPS if name in groups]
    for number, name in enumerate(wanted, start=1):
        say(f"measuring {name} ({number} of {len(wanted)})")
        found |= GROUPS[name].measure(subject)
        metrics = {**found.metrics, **extra}
        _write(folder, found, metrics)
    write_report(folder, metrics)
    return metrics


def _failure(folder: RunFolder, model: VideoModel) -> dict[str, str | None]:
    """The reason why the training has failed, if the model has a criterion."""
    if not model.FAILURES:
        return {}
    return {"failure": failed_training(model, folder.read_losses())}


def _sources(subject: Subject) -> Findings:
    """For `compare`, which resamples them."""
    sources = subject.clips.sources
    if sources is None:
        return Findings({})
    numbers = np.unique(sources, return_inverse=True)[1]
    return Findings({}, {"sources": numbers})


def _write(folder: RunFolder, found: Findings, metrics: dict) -> None:
    """Called after each group: a later failure loses none of its metrics."""
    for name, picture in found.figures.items():
        write_file(folder.figures / name, picture)
    per_clip = io.BytesIO()
    np.savez_compressed(
        per_clip,
        **{k: np.asarray(v, np.float32) for k, v in found.per_clip.items()},
    )
    write_file(folder.per_clip, per_clip.getvalue())
    write_file(folder.metrics, json.dumps(metrics, indent=1) + "\n")


def _subject(
    folder: RunFolder,
    options: EvaluationOptions,
    data_dir: str | None,
    own_clips: Any,
) -> Subject:
    settings = folder.settings()
    if settings.dataset == OWN_CLIPS and own_clips is None:
        raise ValueError(
            f"--run_dir={folder.path} was trained on clips of your own: call "
            "mipae_tf.evaluate_run(run_dir, own_clips=...) from Python."
        )
    model = load(folder.path)
    if own_clips is not None:
        test, of_data = _own_data(settings, own_clips)
    else:
        test, of_data = _data(folder, options, data_dir or settings.data_dir)
    test = some_clips(test, options.clips)
    context = settings.config.context
    left = test.length - context
    horizon = options.horizon or 1
    if horizon > left:
        raise ValueError(
            f"--horizon={horizon} does not fit; after "
            f"--context={context} the clips have {left} frames: allowed is 1 "
            f"to {left}."
        )
    return Subject(model, test, context=context, options=options, **of_data)


def _own_data(settings: RunSettings, own_clips: Any):
    """Test clips, and the fields of a subject that depend on the data."""
    found = {"builder": None}
    if not isinstance(own_clips, Mapping):
        return Clips.of(own_clips, OWN_CLIPS), found
    if not {"test"} <= set(own_clips) <= {"test", "train"}:
        raise ValueError(
            f"own_clips has {', '.join(map(str, own_clips)) or 'nothing'}; it "
            "must have test, and may have train."
        )
    if "train" in own_clips:
        training = Clips.of(own_clips["train"], f"{OWN_CLIPS} train")
        found["training"] = lambda: training
        found["trained_clips"] = settings.train_clips
    return Clips.of(own_clips["test"], OWN_CLIPS), found


def _data(folder: RunFolder, options: EvaluationOptions, data_dir: str | None):
    """Test clips, and the fields of a subject that depend on the dataset."""
    settings = folder.settings()
    if settings.videos is not None:
        rebuild_videos(settings.dataset, settings.videos, data_dir)
    builder = open_builder(settings.dataset, data_dir)

    def opened(split: str, limit: int | None) -> Clips:
        return open_clips(
            settings.dataset,
            split,
            data_dir,
            settings.manual_dir,
            limit,
            most_in_memory=MOST_IN_MEMORY,
        )

    def training() -> Clips:
        return opened("train", None)

    version = getattr(builder, "version", "")
    judge = f"{settings.dataset}-{version}-seed{options.seed}.npz"
    return opened("test", options.clips), {
        "builder": builder,
        "training": training,
        "trained_clips": settings.train_clips,
        # Hidden, so that a glob of runs does not match it.
        "judge_file": folder.path.parent / ".judges" / judge.replace("/", "-"),
    }


def _earlier(
    folder: RunFolder, groups: Sequence[str], protocol: dict
) -> Findings:
    """Earlier findings with the same protocol, of groups not measured now.

    Figures of the groups that are measured now are removed; all figures, where
    the protocol has changed.
    """
    rows, per_clip = _rows(folder), {}
    was = rows.pop("protocol", {})
    rows.pop("training", None)
    changed = [name for name in protocol if was.get(name) != protocol[name]]
    dropped = {key.split("/")[0] for key in rows}
    if was and changed and dropped:
        say(
            f"{folder.metrics} is replaced: its {', '.join(sorted(dropped))} "
            f"were measured under another protocol ({', '.join(changed)})"
        )
    same = not changed
    if same and folder.per_clip.exists():
        per_clip = _arrays(folder)
        same = per_clip is not None
    for name in groups if same else GROUPS:
        for figure in GROUPS[name].figures:
            (folder.figures / figure).unlink(missing_ok=True)
    if not same:
        return Findings({})
    replaced = {key for name in groups for key in GROUPS[name].keys}

    def kept(found):
        return {
            k: v for k, v in found.items() if k.split("/")[0] not in replaced
        }

    return Findings(kept(rows), kept(per_clip))


def _rows(folder: RunFolder) -> dict:
    """The contents of `metrics.json`; empty where it cannot be read."""
    if not folder.metrics.exists():
        return {}
    try:
        rows = json.loads(folder.metrics.read_text())
        return {**rows, "protocol": dict(rows["protocol"])}
    except UNREADABLE as error:
        say(f"{folder.metrics} is damaged and is replaced ({describe(error)})")
        return {}


def _arrays(folder: RunFolder) -> dict[str, np.ndarray] | None:
    """The contents of `per_clip.npz`; None where it cannot be read."""
    try:
        with np.load(folder.per_clip) as arrays:
            return dict(arrays)
    except UNREADABLE as error:
        say(f"{folder.per_clip} is damaged and is replaced ({describe(error)})")
        return None


def _protocol(folder: RunFolder, subject: Subject) -> dict:
    settings, options = folder.settings(), subject.options
    versions = {
        name: importlib.import_module(module).__version__
        for name, module in PACKAGES.items()
    }
    return {
        "model": settings.model,
        "protocol": settings.protocol,
        "dataset": settings.dataset,
        "dataset_fingerprint": subject.clips.fingerprint(),
        "weights": _fingerprint(subject.model),
        "clips": len(subject.clips),
        "split": "test",
        "context": subject.context,
        "horizon": subject.horizon,
        "samples": options.samples if subject.model.stochastic else 1,
        "seed": subject.seed,
        "run_seed": settings.seed,
        "mig_samples": options.mig_samples,
        "drift_steps": options.drift_steps,
        "lpips": options.lpips,
        "fvd_embedder": options.fvd,
        **CONVENTIONS,
        "versions": {
            "mipae_tf": __version__,
            "git": _revision(),
            "python": platform.python_version(),
            **versions,
        },
    }


def _fingerprint(model: VideoModel) -> str:
    """Sixteen hexadecimal digits that identify the weights."""
    digest = hashlib.sha256()
    for variable in model.variables:
        digest.update(np.ascontiguousarray(variable))
    return digest.hexdigest()[:16]


def _revision() -> str | None:
    """The commit of this code; None outside a checkout."""
    root = pathlib.Path(__file__).parents[2]
    if not (
        root / ".git"
    ).exists():  # installed, perhaps inside another checkout
        return None
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.stdout.strip()
