"""Measures the effect of rounding on the published mutual information.

python -m benchmarks.published_rounding --samples=6000 --seed=0

The authors of MIPAE search the k-th neighbour within a label with
scikit-learn's `NearestNeighbors` and `algorithm="auto"`, and count the samples
within that distance with a k-d tree. `auto` uses brute force if codes have more
than 15 dimensions or a label has few samples; its distances are computed from
products and have other rounding errors than those of the tree. The count should
exclude the k-th neighbour itself, because the radius is moved inward by one
ulp. If rounding makes the radius larger by more than that, the neighbour is
included.

For each kind of code, the same formula (Ross, 2014, k = 3) is computed with
this pair of searches, with k-d trees for both, and with the exact search of
this library. `counted` is the share of samples whose k-th neighbour is included
in the count with the first pair. Prints one JSON line.
"""

import numpy as np
import sklearn
from absl import app
from absl import flags
from scipy.special import digamma
from sklearn.neighbors import KDTree
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from benchmarks.timing import report
from mipae_tf.metrics.information.ross_mi import ross_terms

SAMPLES = flags.DEFINE_integer("samples", 6000, "Codes of each kind.", 8)
SEED = flags.DEFINE_integer("seed", 0, "Seed of codes and labels.", 0)
NEIGHBOURS = 3
# Name: dimensions of the code, and samples of each label.
KINDS = {
    "content_pairs": (128, 2),
    "content_20_a_label": (128, 20),
    "pose_pairs": (5, 2),
    "pose_20_a_label": (5, 20),
}


def sample(dimensions: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes around a centre for each label, rounded to float32, and labels."""
    generator = np.random.default_rng([SEED.value, dimensions, size])
    labels = np.repeat(np.arange(SAMPLES.value // size), size)
    centres = generator.standard_normal((labels[-1] + 1, dimensions))
    noise = generator.standard_normal((len(labels), dimensions))
    codes = np.tanh(centres[labels] + 0.5 * noise).astype(np.float32)
    return codes.astype(np.float64), labels


def searched(
    codes: np.ndarray, labels: np.ndarray, algorithm: str
) -> tuple[float, float]:
    """The estimate in nats, and the share of k-th neighbours counted.

    Args:
        codes: `[samples, dimensions]`.
        labels: `[samples]`, each occurring at least twice.
        algorithm: algorithm of the search within a label.
    """
    radii = np.empty(len(codes))
    nearest = np.empty(len(codes), int)
    sizes = np.bincount(labels)[labels]
    ranks = np.minimum(NEIGHBOURS, sizes - 1)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        search = NearestNeighbors(
            n_neighbors=ranks[members[0]], algorithm=algorithm
        ).fit(codes[members])
        distances, found = search.kneighbors()
        radii[members] = distances[:, -1]
        nearest[members] = members[found[:, -1]]
    radii = np.nextafter(radii, 0)
    within = KDTree(codes).query_radius(codes, radii)
    counts = np.array([len(found) for found in within])
    terms = digamma(len(codes)) + digamma(ranks) - digamma(sizes)
    counted = [
        neighbour in found
        for neighbour, found in zip(nearest, within, strict=True)
    ]
    return float((terms - digamma(counts)).mean()), float(np.mean(counted))


# With several threads, thousands of small searches take minutes longer.
@threadpool_limits.wrap(limits=1)
def main(_) -> None:
    """Prints the JSON line."""
    figures = {}
    for name, kind in KINDS.items():
        codes, labels = sample(*kind)
        published, counted = searched(codes, labels, "auto")
        trees, _ = searched(codes, labels, "kd_tree")
        exact = float(ross_terms(codes, [labels], NEIGHBOURS).mean())
        figures[name] = {
            "dimensions": kind[0],
            "samples_of_a_label": kind[1],
            "published": round(published, 4),
            "exact": round(exact, 4),
            "missing": round(exact - published, 4),
            "counted": round(counted, 3),
            "trees_minus_exact": float(f"{trees - exact:.1g}"),
        }
    report(
        "published_rounding",
        samples=SAMPLES.value,
        seed=SEED.value,
        scikit_learn=sklearn.__version__,
        **figures,
    )


if __name__ == "__main__":
    app.run(main)
