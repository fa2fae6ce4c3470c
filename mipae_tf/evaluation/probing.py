"""Probes of the codes of frames, tested on clips not trained on."""

import numpy as np

from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.probes.probes import probe
from mipae_tf.metrics.result import entry

# Frames of each held-out clip that probes are given.
FRAMES = 4


def probed_times(clips: Clips) -> np.ndarray:
    """Indices of the frames that probes are given, first to last."""
    return np.linspace(0, clips.length - 1, FRAMES).round().astype(int)


def is_class(factor: Factor) -> bool:
    """Whether probes classify a factor, rather than estimate a number.

    They classify classes, and factors that stay within a clip and have a
    finite number of values.
    """
    finite = factor.size is not None and not factor.per_frame
    return factor.kind == "class" or finite


def probe_entry(
    key: str,
    codes: np.ndarray,
    target: np.ndarray,
    categorical: bool,
    seed: int,
    kind: str = "mlp",
    *,
    better: str,
) -> dict:
    """Score of a probe, trained on half of the clips, on the other half.

    Args:
        key: of the entry.
        codes: `[clips·FRAMES, dim]`, clip after clip.
        target: `[clips·FRAMES]`.
        categorical: whether the target is a class.
        seed: of the split and the probe.
        kind: see `probe`.
        better: see `entry`.

    Raises:
        AbsentMetric: a single clip; see `probe`.
    """
    if len(target) < 2 * FRAMES:
        raise AbsentMetric("One clip alone cannot be split for a probe.")
    # All frames of a clip stay on one side of the split.
    order = np.random.default_rng(seed).permutation(len(target) // FRAMES)
    frames = order[:, None] * FRAMES + np.arange(FRAMES)  # [clips, FRAMES]
    train, test = (
        half.reshape(-1) for half in np.split(frames, [len(order) // 2])
    )
    result = probe(
        codes[train],
        target[train],
        categorical=categorical,
        seed=seed,
        kind=kind,
        test=(codes[test], target[test]),
    )
    row = entry(key, result["score"], count=len(test), better=better)
    return {
        **row,
        "chance": result["chance"],
        "shuffled": result["shuffled"],
    }
