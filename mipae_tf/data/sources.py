"""Choices of clips that respect their sources, see `Clips.sources`."""

import numpy as np

from mipae_tf.data.clips import Clips
from mipae_tf.data_builders.factors import Factor


def spread_order(sources: np.ndarray) -> np.ndarray:
    """Order of clips that takes one clip of each source in turn.

    Of each source, the clips keep their order. The sources take turns in the
    order of their first clips.

    Args:
        sources: the source of each clip, `[clips]`.

    Returns:
        Indices `[clips]`.
    """
    _, first, source = np.unique(
        sources, return_index=True, return_inverse=True
    )
    turn = np.zeros(len(sources), int)  # clips of the same source before
    for number in range(len(first)):
        own = source == number
        turn[own] = np.arange(own.sum())
    return np.lexsort((first[source], turn))


def some_clips(clips: Clips, count: int | None) -> Clips:
    """At most `count` clips: the first ones, or a spread over sources.

    Clips that have sources are taken from each source in turn, and are also in
    that order in the result, so that its first clips are of different sources.

    Args:
        clips: any clips.
        count: number of clips; None for all, in their own order.
    """
    if count is None:
        return clips
    if clips.sources is None:
        return clips.take(slice(count))
    return clips.take(some_rows(clips, count))


def some_rows(clips: Clips, count: int | None) -> np.ndarray:
    """Indices of the clips that `some_clips` takes, without a copy of them.

    Args:
        clips: any clips, also memory-mapped ones.
        count: number of clips; None for all, in their own order.
    """
    if count is None or clips.sources is None:
        return np.arange(len(clips))[:count]
    return spread_order(clips.sources)[:count]


def one_of_each_source(clips: Clips, seed: int) -> np.ndarray:
    """Indices of a random clip of each source; of all clips without sources.

    For estimates that need independent clips.

    Args:
        clips: any clips.
        seed: seed of the choice.
    """
    if clips.sources is None:
        return np.arange(len(clips))
    order = np.random.default_rng(seed).permutation(len(clips))
    _, first = np.unique(clips.sources[order], return_index=True)
    return np.sort(order[first])


def probe_units(clips: Clips, factor: Factor) -> np.ndarray | None:
    """What must not be on both sides of the split of a probe, `[clips]`.

    It is the source of a clip. But where each class is of a single source, as
    the person is where each person is a source, no other source can show
    whether a class was learnt; then it is the recording, which a source may
    have several of.

    Args:
        clips: any clips.
        factor: the factor that is probed.

    Returns:
        A number for each clip; None for clips without sources.
    """
    sources, recordings = clips.sources, clips.recordings
    if sources is None or recordings is None or factor.kind != "class":
        return sources
    values = clips.values[factor.name].reshape(len(clips), -1)[:, 0]
    pairs = np.unique(np.stack([values, sources], axis=1), axis=0)
    _, count = np.unique(pairs[:, 0], return_counts=True)
    # [classes], the number of sources of each
    return sources if (count > 1).any() else recordings
