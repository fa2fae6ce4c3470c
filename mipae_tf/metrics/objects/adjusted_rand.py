"""The adjusted Rand index of the foreground."""

import numpy as np


def adjusted_rand_index(true: np.ndarray, found: np.ndarray) -> float:
    """Agreement of two partitions of the same elements, corrected for chance.

    Args:
      true: label of each element, `[elements]`.
      found: label of each element, `[elements]`.

    Returns:
      1 for equal partitions, 0 on average for independent ones; may be
      negative. 1 if both partitions have one part, or only parts of one
      element.

    References:
      - Hubert and Arabie, Comparing Partitions (1985).
    """
    _, rows = np.unique(true, return_inverse=True)
    _, columns = np.unique(found, return_inverse=True)
    counts = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(counts, (rows, columns), 1.0)
    together = _pairs(counts).sum()
    in_true = _pairs(counts.sum(axis=1)).sum()
    in_found = _pairs(counts.sum(axis=0)).sum()
    by_chance = in_true * in_found / max(_pairs(len(rows)), 1.0)
    most = (in_true + in_found) / 2.0
    if most == by_chance:
        return 1.0
    return float((together - by_chance) / (most - by_chance))


def foreground_ari(true: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Adjusted Rand index of the pixels of objects, frame by frame.

    Pixels in more than one true mask are left out. Pixels that are found to be
    background form a part of their own.

    Args:
      true: masks, 0 or 1, `[clips, time, height, width, objects]`.
      found: label of each pixel, integers `[clips, time, height, width]`.

    Returns:
      Float64 `[clips, time]`, NaN for frames in which fewer than two objects
      have a pixel of their own.

    References:
      - IODINE (https://arxiv.org/abs/1903.00450).
    """
    scores = np.full(found.shape[:2], np.nan)
    alone = true.sum(axis=-1) == 1
    labels = true.argmax(axis=-1)
    for place in np.ndindex(scores.shape):
        pixels = alone[place]
        if len(np.unique(labels[place][pixels])) > 1:
            scores[place] = adjusted_rand_index(
                labels[place][pixels], found[place][pixels]
            )
    return scores


def _pairs(count):
    """Number of pairs of `count` elements."""
    return np.asarray(count) * (np.asarray(count) - 1.0) / 2.0
