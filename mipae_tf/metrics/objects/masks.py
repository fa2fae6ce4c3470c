"""Masks of objects against the true ones, after the best assignment.

True masks are 0 or 1, `[clips, time, height, width, objects]`; masks may
overlap where objects are transparent. Shares are float in [0, 1] of the same
layout, with any number of found objects, and add up to at most 1; the
background has the rest.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

# Pixels of a found object; fewer are noise.
LEAST_PIXELS = 8
# Distance within which a true object counts as located, in pixels.
NEAR = 3.0
BACKGROUND = -1


class MaskScores(NamedTuple):
    """Scores of each frame, float64 `[clips, time]`.

    Frames in which a score is not defined are NaN: without any object, or,
    for `switched`, without an object that was matched before.

    Attributes:
        iou: intersection over union of the pixels of the true objects and of
            the objects assigned to them, the mean over true objects.
        explained: the part of the shares in the pixels of a true object that
            belongs to the object assigned to it, the mean over true objects.
            1 if each true object is drawn by one found object and by none of
            the others, and no found object draws two.
        counted: 1 if as many objects are found as there are, otherwise 0.
        located: the part of the true objects whose centroid is at most `NEAR`
            pixels from that of the object assigned to it.
        distance: mean distance of these centroids in pixels, over the true
            objects that have one assigned to them.
        switched: the part of the true objects that are matched by another
            object than when they were last matched.
    """

    iou: np.ndarray
    explained: np.ndarray
    counted: np.ndarray
    located: np.ndarray
    distance: np.ndarray
    switched: np.ndarray


def hard_labels(shares: np.ndarray) -> np.ndarray:
    """The object of each pixel, int `[clips, time, height, width]`.

    The object with the largest share where objects together have more than
    half of the pixel, otherwise `BACKGROUND`.
    """
    covered = shares.sum(axis=-1) > 0.5
    return np.where(covered, shares.argmax(axis=-1), BACKGROUND)


def mask_scores(true: np.ndarray, shares: np.ndarray) -> MaskScores:
    """Scores of found objects in every frame.

    Each frame has its own assignment: of pixels, so that the sum of the
    intersections over union is largest, and of positions, so that the sum of
    the distances is smallest. Pixels in more than one true mask are left out
    of `iou` and `explained`.
    """
    labels = hard_labels(shares)
    shape = true.shape[:2]
    scores = {name: np.full(shape, np.nan) for name in MaskScores._fields}
    for clip in range(shape[0]):
        last: dict[int, int] = {}
        for time in range(shape[1]):
            here = clip, time
            found = _frame(true[here] > 0, shares[here], labels[here], last)
            for name, value in found.items():
                scores[name][here] = value
    return MaskScores(**scores)


def _frame(
    true: np.ndarray,
    shares: np.ndarray,
    labels: np.ndarray,
    last: dict[int, int],
) -> dict[str, float]:
    """Scores of a frame.

    Args:
        true: `[height, width, objects]`.
        shares: `[height, width, found]`.
        labels: `[height, width]`.
        last: object by which each true object was last matched; updated.
    """
    present = np.flatnonzero(true.any(axis=(0, 1)))
    hard = labels[..., None] == np.arange(shares.shape[-1])
    seen = np.flatnonzero(hard.sum(axis=(0, 1)) >= LEAST_PIXELS)
    scores = {"counted": float(len(present) == len(seen))}
    if not len(present):
        return scores
    own = true[..., present] & (true.sum(axis=-1) == 1)[..., None]
    clear = true.sum(axis=-1) <= 1
    pairs, overlaps = _matched(own, hard & clear[..., None])
    scores["iou"] = sum(overlaps) / len(present)
    scores["explained"] = _explained(own, shares)
    scores |= _positions(true[..., present], shares[..., seen])
    switched = []
    for (index, other), overlap in zip(pairs, overlaps, strict=True):
        if overlap > 0.0:
            name = int(present[index])
            if name in last:
                switched.append(last[name] != other)
            last[name] = other
    if switched:
        scores["switched"] = float(np.mean(switched))
    return scores


def _matched(
    own: np.ndarray, hard: np.ndarray
) -> tuple[list[tuple[int, int]], list[float]]:
    """Pairs (true, found) of the best assignment, and their overlaps."""
    a, b = (x.reshape(-1, x.shape[-1]).astype(np.float64) for x in (own, hard))
    both = a.T @ b  # [true, found]
    union = a.sum(axis=0)[:, None] + b.sum(axis=0) - both
    overlap = both / np.maximum(union, 1.0)
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    pairs = [(int(i), int(j)) for i, j in zip(rows, columns, strict=True)]
    return pairs, [overlap[pair] for pair in pairs]


def _explained(own: np.ndarray, shares: np.ndarray) -> float:
    inside = np.einsum("yxo,yxf->of", own.astype(np.float64), shares)
    total = inside.sum(axis=1, keepdims=True)
    parts = inside / np.where(total > 0.0, total, 1.0)  # [true, found]
    rows, columns = linear_sum_assignment(parts, maximize=True)
    return float(parts[rows, columns].sum() / len(parts))


def _positions(true: np.ndarray, shares: np.ndarray) -> dict[str, float]:
    """Scores of centroids; `shares` are those of objects that are found."""
    if not shares.shape[-1]:
        return {"located": 0.0}
    apart = np.linalg.norm(
        _centroids(true)[:, None] - _centroids(shares), axis=-1
    )  # [true, found]
    rows, columns = linear_sum_assignment(apart)
    distances = apart[rows, columns]
    return {
        "located": float((distances <= NEAR).sum() / len(apart)),
        "distance": float(distances.mean()),
    }


def _centroids(masks: np.ndarray) -> np.ndarray:
    """Row and column of each mask `[height, width, objects]`, in pixels."""
    masks = masks.astype(np.float64)
    height, width, _ = masks.shape
    total = masks.sum(axis=(0, 1))
    rows = np.einsum("yxo,y->o", masks, np.arange(height)) / total
    columns = np.einsum("yxo,x->o", masks, np.arange(width)) / total
    return np.stack([rows, columns], axis=-1)  # [objects, 2]
