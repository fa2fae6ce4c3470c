"""Distances between codes: their definition, and fast products near it.

Distances are Euclidean and are *defined* by `squared_distances`: differences
and their squares in float64. Matrix products, which are far faster, only sort
out the pairs that cannot matter: `ProductDistances` states how far its values
may be off, and a pair that this leaves open goes back to the definition. So
results depend neither on blocks and BLAS nor on how many codes coincide.
"""

import numpy as np

# Pairs per batch of direct differences: 8 MB in 128 dimensions.
PAIRS = 8192


def squared_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Squared Euclidean distances `[...]` of codes `[..., dimensions]`."""
    differences = first - second
    return np.einsum("...d,...d->...", differences, differences)


def pair_squared_distances(
    codes: np.ndarray, first: np.ndarray, second: np.ndarray
) -> np.ndarray:
    """Squared distances `[pairs]` between the codes at two lists of indices."""
    squares = np.empty(len(first))
    for start in range(0, len(first), PAIRS):
        part = slice(start, start + PAIRS)
        squares[part] = squared_distances(
            codes[first[part]], codes[second[part]]
        )
    return squares


class ProductDistances:
    """Halves of squared distances by one matrix product.

    With c the codes around their mean, [-c_i, ½|c_i|², 1] · [c_j, 1, ½|c_j|²]
    is ½|c_i - c_j|². A sum of n products, each rounded by u, is off by at most
    n u times the sum of their magnitudes, which is at most 2 (½|c_i|² +
    ½|c_j|²); with the rounding of the factors, and with that of the definition
    itself, `slack` times (½|c_i|² + ½|c_j|² + ½|c_i - c_j|²) covers all.

    Args:
      codes: float64 `[samples, dimensions]`. Give them scaled to about 1, so
        that no square leaves the range of the dtype.
      dtype: of the products.
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
        # For products so small that they are flushed to zero.
        self.least = terms * float(np.finfo(dtype).tiny)

    def bounds(
        self, references: np.ndarray, queries: np.ndarray, limits: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Where products with the references decide on squared distances.

        Args:
          references: indices of the samples on the left.
          queries: indices of the samples on the right.
          limits: limits of the squared distance `[..., queries]`.

        Returns:
          Two arrays like `limits`: a product at most the first is surely within
          the limit, one above the second is surely beyond it.
        """
        halves = self.halves[references].max() + self.halves[queries]
        error = self.slack * (halves + limits / 2) + self.least
        # Comparisons with strided bounds would take three times as long.
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
      For each distinct row the index of one occurrence, for each row the
      number of its distinct row, and for each distinct row its copies.
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
        # Rows that collide in the fast hash are told apart by their bytes.
        if np.array_equal(rows[first[ids]], rows):
            break
    return first, ids, copies


def power_of_two_scale(codes: np.ndarray) -> float:
    """Power of two that brings the codes' spread to about 1, exactly."""
    spread = np.abs(codes - codes.mean(axis=0)).max()
    exponent = max(-1000, int(np.frexp(spread)[1]))  # 2**1000 is finite
    return float(np.ldexp(1.0, -exponent))


def squared_limits(
    radii: np.ndarray, scale: float, dimensions: int
) -> np.ndarray:
    """Squares of radii around codes that are scaled to a spread of 1.

    Radii beyond all the codes are drawn in to where they still hold them all,
    so that none overflows.

    Args:
      radii: at least 0, in the unit of the codes before scaling.
      scale: what `power_of_two_scale` gives for the codes.
      dimensions: of the codes.
    """
    # Scaled codes are within 1 of their mean in each dimension.
    reach = 3 * np.sqrt(dimensions)
    return np.square(np.minimum(radii, reach / scale) * scale)
