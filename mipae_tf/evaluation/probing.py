"""Probes of the codes of frames, tested on clips not trained on."""

import numpy as np
from sklearn.model_selection import GroupShuffleSplit

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


def class_of_clips(clips: Clips, factor: Factor) -> np.ndarray | None:
    """The class of each clip, `[clips]`; None where it changes within clips.

    Args:
        clips: clips with values of the factor.
        factor: a class; one that is per frame and the same in all frames of
            a clip is an action.
    """
    values = clips.values[factor.name]
    if not factor.per_frame:
        return values
    return values[:, 0] if (values == values[:, :1]).all() else None


def probe_entry(
    key: str,
    codes: np.ndarray,
    target: np.ndarray,
    categorical: bool,
    seed: int,
    kind: str = "mlp",
    *,
    better: str,
    sources: np.ndarray | None = None,
) -> dict:
    """Score of a probe, trained on half of the clips, on the other half.

    Clips with sources are divided by source, so that no source is on both
    sides. Of a class target, only the classes that occur on both sides are
    then used; `classes_left_out` counts the others.

    Args:
        key: of the entry.
        codes: `[clips·FRAMES, dim]`, clip after clip.
        target: `[clips·FRAMES]`.
        categorical: whether the target is a class.
        seed: of the split and the probe.
        kind: see `probe`.
        better: see `entry`.
        sources: the source of each clip, `[clips]`, or None.

    Returns:
        An entry with `chance` and `shuffled`, see `probe`; and, of clips with
        sources, `sources`, the number of those that the score is of.

    Raises:
        AbsentMetric: a single clip or source; fewer than two classes on both
            sides; see `probe`.
    """
    halves = _halves(len(target) // FRAMES, seed, sources)
    more = {}
    if sources is not None:
        more["sources"] = len(np.unique(sources[halves[1]]))
    # All frames of a clip stay on one side of the split.
    train, test = (
        (half[:, None] * FRAMES + np.arange(FRAMES)).reshape(-1)
        for half in halves
    )  # [clips of the half·FRAMES]
    if categorical and sources is not None:
        shared = np.intersect1d(target[train], target[test])
        classes = len(np.unique(target))
        require_shared_classes(len(shared), classes)
        train, test = (
            half[np.isin(target[half], shared)] for half in (train, test)
        )
        if len(shared) < classes:
            more["classes_left_out"] = classes - len(shared)
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
        **more,
    }


def require_shared_classes(shared: int, classes: int) -> None:
    """Checks that a probe of classes can be scored on other sources.

    Args:
        shared: number of classes that sources on both sides have.
        classes: number of all classes.

    Raises:
        AbsentMetric: fewer than two shared classes.
    """
    if shared < 2:
        raise AbsentMetric(
            f"Only {shared} of {classes} classes can be both learnt and scored "
            "when no video or other source of clips is on both sides of the "
            "split; 2 are needed."
        )


def _halves(
    clips: int, seed: int, sources: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the clips to train on, and of those to score."""
    if clips < 2:
        raise AbsentMetric("One clip alone cannot be split for a probe.")
    if sources is None:
        order = np.random.default_rng(seed).permutation(clips)
        return tuple(np.split(order, [clips // 2]))
    if len(np.unique(sources)) < 2:
        raise AbsentMetric(
            "All clips are of one source, so they cannot be split for a probe."
        )
    by_source = GroupShuffleSplit(1, test_size=0.5, random_state=seed)
    return next(by_source.split(np.zeros(clips), groups=sources))
