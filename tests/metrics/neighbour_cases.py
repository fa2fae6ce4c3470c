"""Codes that are hard for fast distances, and a slow reference."""

import numpy as np
from scipy.special import digamma
from sklearn.neighbors import KDTree
from sklearn.neighbors import NearestNeighbors


def hard_codes(count: int) -> dict[str, np.ndarray]:
    """Codes with nearly or exactly equal distances, and simple ones."""
    generator = np.random.default_rng(0)
    normal = generator.standard_normal((count, 128))
    classes = generator.integers(5, size=(count, 1))
    far = normal[:, :5].copy()
    far[-1] = 1e9
    return {
        "plain": normal[:, :5],
        "wide": normal.astype(np.float32),
        "one_dimension": normal[:, :1],
        "constant": np.full((count, 8), 0.1),
        "copies": np.repeat(normal[: count // 4, :16], 4, axis=0),
        "quantised": generator.integers(3, size=(count, 5)) / 4,
        "saturated": np.sign(normal[:, :7]),
        "clusters": classes + 1e-6 * normal[:, :16],
        "far_from_zero": 1e6 + classes + 1e-6 * normal[:, :16],
        "nearly_constant": 0.7 + 1e-9 * normal[:, :3],
        "outlier": far,
        "huge": 1e30 * normal[:, :5],
        "tiny": 1e-30 * normal[:, :5],
    }


def labelings(count: int) -> dict[str, np.ndarray]:
    """Few large labels, tuples, and many labels that occur once."""
    generator = np.random.default_rng(1)
    return {
        "large": generator.integers(3, size=count),
        "tuples": generator.integers(8, size=(count, 2)),
        "singletons": generator.integers(3 * count // 4, size=count),
    }


def reference_ross(
    codes: np.ndarray, labels: np.ndarray, neighbours: int = 3
) -> float:
    """The estimate on trees, label by label, before the floor at zero."""
    codes = np.asarray(codes, np.float64)
    _, ids = np.unique(
        labels.reshape(len(labels), -1), axis=0, return_inverse=True
    )
    sizes = np.bincount(ids.ravel())[ids.ravel()]
    codes, ids, sizes = (a[sizes > 1] for a in (codes, ids.ravel(), sizes))
    radii = np.empty(len(codes))
    for label in np.unique(ids):
        members = codes[ids == label]
        rank = min(neighbours, len(members) - 1)
        search = NearestNeighbors(n_neighbors=rank, algorithm="kd_tree")
        radii[ids == label] = search.fit(members).kneighbors()[0][:, -1]
    counts = KDTree(codes).query_radius(
        codes, np.nextafter(radii, 0), count_only=True
    )
    return (
        digamma(len(codes))
        + digamma(np.minimum(neighbours, sizes - 1)).mean()
        - digamma(sizes).mean()
        - digamma(counts).mean()  # the sample itself included
    )
