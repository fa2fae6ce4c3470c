"""Choices of clips that respect their sources, see `Clips.sources`."""

import numpy as np

from mipae_tf.data.clips import Clips


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
    return clips.take(spread_order(clips.sources)[:count])


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
