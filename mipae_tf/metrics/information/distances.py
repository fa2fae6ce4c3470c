"""Distances between codes: the definition, and a fast approximation.

Distances are Euclidean and are *defined* by `squared_distances`: differences
and their squares in float64. Matrix products are much faster, but only serve
to exclude pairs: `ProductDistances` gives a bound on its rounding error, and a
pair that the bound cannot decide is recomputed by the definition. Results
therefore do not depend on block sizes, on BLAS or on duplicated codes.
"""

import numpy as np

# Pairs per block of direct differences: 8 MB in 128 dimensions.
BLOCK_PAIRS = 8192


def squared_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Squared Euclidean distances `[...]` of codes `[..., dimensions]`."""
    differences = first - second
    return np.einsum("...d,...d->...", differences, differences)


def pair_squared_distances(
    codes: np.ndarray, first: np.ndarray, second: np.ndarray
) -> np.ndarray:
    """Squared distances `[pairs]` between the codes at two lists of indices."""
    squares = np.empty(len(first))
    for start in range(0, len(first), BLOCK_PAIRS):
        part = slice(start, start + BLOCK_PAIRS)
        squares[part] = squared_distances(
            codes[first[part]], codes[second[part]]
        )
    return squares


class ProductDistances:
    """Half the squared distances, by one matrix product.

    With c the centred codes, [-c_i, ½|c_i|², 1] · [c_j, 1, ½|c_j|²] is
    ½|c_i - c_j|². A sum of n products with unit roundoff u has an error of at
    most n u times the sum of their magnitudes, which is at most 2 (½|c_i|² +
    ½|c_j|²). Including the rounding of the factors and of the definition, the
    error is at most `slack` times (½|c_i|² + ½|c_j|² + ½|c_i - c_j|²).

    Args:
      codes: float64 `[samples, dimensions]`, scaled to about 1 so that no
        square exceeds the range of the dtype.
      dtype: dtype of the products.
    """

    def __init__(self, codes: np.ndarray, dtype: np.dtype):
        centred = codes - codes.mean(axis=0)
        self.halves = np.einsum("nd,nd->n", centred, centred) / 2
        halves = self.halves[:, None]
        ones = np.ones_like(halves)
        self.left = np.concatenate([-centred, halves, ones], 1).astype(dtype)
        self.right = np.concatenate([centred, ones, halves], 1).astype(dtype)
        terms = codes.shape[1] + 8
        self.slack = 2 * terms * float(np.finfo(dtype).eps)
        # Covers products that are flushed to zero.
        self.least = terms * float(np.finfo(dtype).tiny)

    def bounds(
        self, references: np.ndarray, queries: np.ndarray, limits: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Thresholds on the products that decide about squared distances.

        Args:
          references: indices of the samples on the left.
          queries: indices of the samples on the right.
          limits: limits of the squared distance, `[..., queries]`.

        Returns:
          Two arrays shaped like `limits`. A pair whose product is at most the
          first is certainly within the limit; one whose product is above the
          second is certainly beyond it.
        """
        halves = self.halves[references].max() + self.halves[queries]
        error = self.slack * (halves + limits / 2) + self.least
        # Comparisons with strided arrays would take three times as long.
        return (
            (limits / 2 - error).astype(self.left.dtype, order="C"),
            (limits / 2 + error).astype(self.left.dtype, order="C"),
        )


def identical_rows(
    rows: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Finds equal rows.

    Args:
      rows: float64 `[rows, columns]`.

    Returns:
      The index of one occurrence of each distinct row; for each row the number
      of its distinct row; and how often each distinct row occurs.
    """
    # Adding 0.0 turns -0.0 into 0.0.
    bits = np.ascontiguousarray(rows + 0.0).view(np.uint64)
    multipliers = np.random.default_rng(0).integers(
        2**64, size=bits.shape[1], dtype=np.uint64
    )
    hashes = (bits ^ (bits >> np.uint64(32))) @ (multipliers | np.uint64(1))
    for key in (hashes, bits.view((np.void, bits.shape[1] * 8)).ravel()):
        _, first, ids, copies = np.unique(
            key, return_index=True, return_inverse=True, return_counts=True
        )
        # If the fast hash has collisions, the rows' bytes are compared.
        if np.array_equal(rows[first[ids]], rows):
            break
    return first, ids, copies


def power_of_two_scale(codes: np.ndarray) -> float:
    """Power of two that scales the spread of the codes to about 1."""
    spread = np.abs(codes - codes.mean(axis=0)).max()
    exponent = max(-1000, int(np.frexp(spread)[1]))  # 2**1000 is finite
    return float(np.ldexp(1.0, -exponent))


def squared_limits(
    radii: np.ndarray, scale: float, dimensions: int
) -> np.ndarray:
    """Squared radii around codes that are scaled to a spread of 1.

    Very large radii are reduced to one that still covers all codes, so that no
    square overflows.

    Args:
      radii: at least 0, in the unit of the codes before scaling.
      scale: the result of `power_of_two_scale` for the codes.
      dimensions: number of dimensions of the codes.
    """
    # Scaled codes are within 1 of their mean in each dimension.
    reach = 3 * np.sqrt(dimensions)
    return np.square(np.minimum(radii, reach / scale) * scale)
