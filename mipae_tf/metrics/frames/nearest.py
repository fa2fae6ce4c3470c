"""Nearest training clips, to show whether a model memorises them."""

import numpy as np

# Pixels in memory as float64 at a time, for queries and references: 32 MB each.
BLOCK_PIXELS = 2**22


def nearest_clips(
    queries: np.ndarray, references: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The reference clip nearest to each query, by mean squared error.

    The search is exact and processes the references in blocks, so that memory
    use does not grow with their number. Arrays may be memory-mapped.

    Args:
      queries: uint8 `[queries, time, height, width, channels]`.
      references: uint8 `[references, time, height, width, channels]`.

    Returns:
      Indices of the nearest references `[queries]`, the first one of equally
      near ones; and the mean squared errors per pixel `[queries]`, on
      intensities in [0, 1].

    Raises:
      ValueError: if the dtype or rank is wrong, shapes differ, or there is no
        clip.
    """
    _check("queries", queries)
    _check("references", references)
    if queries.shape[1:] != references.shape[1:]:
        raise ValueError(
            "queries and references must have clips of the same shape, got "
            f"{queries.shape[1:]} and {references.shape[1:]}."
        )
    pixels = int(np.prod(queries.shape[1:]))
    step = max(1, BLOCK_PIXELS // pixels)
    indices = np.zeros(len(queries), np.int64)
    squares = np.full(len(queries), np.inf)
    for start in range(0, len(queries), step):
        block = _flat(queries[start : start + step])
        part = slice(start, start + len(block))
        for first in range(0, len(references), step):
            found = _squares(block, _flat(references[first : first + step]))
            nearest = found.argmin(axis=1)
            found = found[np.arange(len(block)), nearest]
            nearer = found < squares[part]
            indices[part] = np.where(nearer, first + nearest, indices[part])
            squares[part] = np.where(nearer, found, squares[part])
    return indices, squares / (255**2 * pixels)


def _squares(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Squared distances `[first, second]`.

    They are exact and so do not depend on the blocks: all terms are integers,
    and float64 represents their sums exactly up to 2**53.
    """
    norms = np.einsum("nd,nd->n", second, second)
    own = np.einsum("nd,nd->n", first, first)
    return own[:, None] + norms - 2 * (first @ second.T)


def _flat(clips: np.ndarray) -> np.ndarray:
    """Clips `[clips, ...]` as float64 `[clips, pixels]`."""
    return np.asarray(clips, np.float64).reshape(len(clips), -1)


def _check(name: str, clips: np.ndarray) -> None:
    if clips.ndim != 5 or clips.dtype != np.uint8 or 0 in clips.shape:
        raise ValueError(
            f"{name} must be uint8 [clips, time, height, width, channels] "
            f"without an empty axis, got {clips.dtype} of shape {clips.shape}."
        )
