"""Shows what rounding does to the published mutual information.

python -m benchmarks.published_rounding --samples=6000 --seed=0

The authors of MIPAE search the k-th neighbour within a label by scikit-learn's
`NearestNeighbors` with `algorithm="auto"`, and count the samples within that
distance by a k-d tree. `auto` searches by brute force where codes have more
than 15 dimensions or a label has few samples; its distances come from products
and are rounded otherwise than those of the tree. The count should leave out
the k-th neighbour itself, as the radius is moved inward by one ulp, but where
the rounded radius is too long by more, the neighbour is inside.

For each kind of code the same formula (Ross, 2014, k = 3) is computed with that
pair of searches, with k-d trees on both sides, and with this library's exact
search. `counted` is the share of samples whose own k-th neighbour is among the
samples counted with the first pair. Prints one JSON line.
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
SEED = flags.DEFINE_integer("seed", 0, "Of codes and labels.", 0)
NEIGHBOURS = 3
# Name: dimensions of the code, and samples of each label.
KINDS = {
    "content_pairs": (128, 2),
    "content_20_a_label": (128, 20),
    "pose_pairs": (5, 2),
    "pose_20_a_label": (5, 20),
}


def sample(dimensions: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Tanh codes around a centre for each label, as float32, and labels."""
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
        labels: `[samples]`, each of at least two samples.
        algorithm: of the search within a label.
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


# Thousands of small searches: threads that wait for each other cost minutes.
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
