"""`evaluate(run_dir)`: what applies to a run, in a file and in figures."""

import json
import pathlib
import platform
from collections.abc import Sequence
from importlib import metadata

from mipae_tf.data import Clips
from mipae_tf.data import open_clips
from mipae_tf.data.datasets import open_builder
from mipae_tf.evaluation.disentanglement import leak_metrics
from mipae_tf.evaluation.disentanglement import mig_metrics
from mipae_tf.evaluation.figures import write_figures
from mipae_tf.evaluation.prediction import prediction_metrics
from mipae_tf.evaluation.prediction import predictions
from mipae_tf.evaluation.subject import Subject
from mipae_tf.evaluation.swap import make_swaps
from mipae_tf.evaluation.swap import swap_metrics
from mipae_tf.files import write_file
from mipae_tf.runs import RunFolder
from mipae_tf.runs import load
from mipae_tf.runs.settings import OWN_CLIPS
from mipae_tf.version import __version__

GROUPS = ("prediction", "swap", "leak", "mig")
PACKAGES = ("tensorflow", "keras", "tensorflow-datasets", "scikit-learn")


def evaluate(
    run_dir: str | pathlib.Path,
    groups: Sequence[str] = GROUPS,
    clips: int = 1_000,
    horizon: int = 10,
    mig_samples: int = 10_000,
    seed: int = 0,
    data_dir: str | None = None,
    own_clips: Clips | None = None,
) -> dict[str, dict]:
    """Measures a run on held-out clips.

    Writes `metrics.json` and `figures/` in the run folder. Groups that are
    not asked for keep what an earlier evaluation by the same protocol wrote.

    Args:
        run_dir: the folder that `train` wrote.
        groups: some of prediction, swap, leak, mig.
        clips: the first so many test clips.
        horizon: frames to predict.
        mig_samples: frames behind the MIG; 100,000 as published.
        seed: key of every draw.
        data_dir: where tfds keeps datasets, if not where training found it.
        own_clips: held-out clips to measure on, for a run that was trained on
            clips of the user's own.

    Returns:
        What `metrics.json` holds.

    Raises:
        ValueError: for an unknown group, a horizon that the clips do not
            cover, or a folder without a trained run.
    """
    unknown = set(groups) - set(GROUPS)
    if unknown:
        raise ValueError(
            f"--metrics={','.join(sorted(unknown))} is unknown; allowed are "
            f"{', '.join(GROUPS)}."
        )
    folder = RunFolder(run_dir)
    subject = _subject(folder, clips, horizon, seed, data_dir, own_clips)
    rows = predictions(subject) if "prediction" in groups else None
    swaps = make_swaps(subject) if "swap" in groups else None
    compute = {
        "prediction": lambda: prediction_metrics(subject, rows),
        "swap": lambda: swap_metrics(subject, swaps),
        "leak": lambda: leak_metrics(subject),
        "mig": lambda: mig_metrics(subject, mig_samples),
    }
    found = {}
    for group in groups:
        found.update(compute[group]())
    protocol = _protocol(folder, subject, mig_samples)
    kept = _earlier(folder, groups, protocol)
    result = {**kept, **found, "protocol": protocol}
    write_figures(folder, subject, rows, swaps, result)
    write_file(folder.metrics, json.dumps(result, indent=1) + "\n")
    return result


def _subject(
    folder, clips: int, horizon: int, seed: int, data_dir, own_clips
) -> Subject:
    settings = folder.settings()
    if settings.dataset == OWN_CLIPS and own_clips is None:
        raise ValueError(
            f"--run_dir={folder.path} was trained on clips of your own: call "
            "mipae_tf.evaluation.evaluate(run_dir, own_clips=...) from Python."
        )
    model, builder, test = load(folder.path), None, own_clips
    data_dir = data_dir or settings.data_dir
    if test is None:
        builder = open_builder(settings.dataset, data_dir)
        test = open_clips(
            settings.dataset, "test", data_dir, settings.manual_dir, clips
        )
    test = test.take(slice(clips))
    context = settings.config.context
    if not 1 <= horizon <= test.length - context:
        raise ValueError(
            f"--horizon={horizon} does not fit: after --context={context} the "
            f"clips have {test.length - context} frames; allowed is 1 to that."
        )
    return Subject(model, test, builder, context, horizon, seed)


def _earlier(
    folder: RunFolder, groups: Sequence[str], protocol: dict
) -> dict[str, dict]:
    """What was measured before, by the same protocol, and is not now."""
    if not folder.metrics.exists():
        return {}
    rows = json.loads(folder.metrics.read_text())
    if any(rows["protocol"].get(k) != v for k, v in protocol.items()):
        return {}
    replaced = {*groups, "protocol", *(["read"] if "leak" in groups else [])}
    return {k: v for k, v in rows.items() if k.split("/")[0] not in replaced}


def _protocol(folder: RunFolder, subject: Subject, mig_samples: int) -> dict:
    settings = folder.settings()
    versions = {name: metadata.version(name) for name in PACKAGES}
    return {
        "model": settings.model,
        "protocol": settings.protocol,
        "dataset": settings.dataset,
        "dataset_fingerprint": subject.clips.fingerprint(),
        "clips": len(subject.clips),
        "split": "test",
        "context": subject.context,
        "horizon": subject.horizon,
        "seed": subject.seed,
        "run_seed": settings.seed,
        "mig_samples": mig_samples,
        "psnr": "-10 log10 of the squared error pooled over clips, peak 1",
        "ssim": "Gaussian window 11, sigma 1.5, data range 1 (tf.image.ssim)",
        "intervals": "95 %, bootstrap over clips",
        "versions": {
            "mipae_tf": __version__,
            "python": platform.python_version(),
            **versions,
        },
    }
