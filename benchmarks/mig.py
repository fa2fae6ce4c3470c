"""Times the published MIG, and compares it with tree searches.

python -m benchmarks.mig --count=100000

Labels are as in MPI3D (288 contents, 1600 poses), so that nearly all samples
are used, which is the most expensive case for a given count. Prints one JSON
line: seconds and peak memory at `--count`; and for each of `--compare` the CPU
time, the CPU time of the same estimate with the neighbour searches of
scikit-learn (minutes at 20,000), their ratio, and the largest difference
between the four estimates, which should be a rounding error.
"""

import json
import resource
import time

import joblib
import numpy as np
from absl import app
from absl import flags
from scipy.special import digamma
from sklearn.neighbors import KDTree
from sklearn.neighbors import NearestNeighbors

from mipae_tf.metrics.disentanglement.mig import mig_published

COUNT = flags.DEFINE_integer("count", 100_000, "Samples for timing MIG.")
COMPARE = flags.DEFINE_list(
    "compare", ["5000", "20000"], "Samples for comparing with scikit-learn."
)


def sample(count: int) -> dict[str, np.ndarray]:
    """Codes that encode their factors well, with noise and a leak."""
    generator = np.random.default_rng(0)
    content = generator.integers(288, size=count)
    angles = generator.integers(40, size=(count, 2))
    means = generator.standard_normal((288, 128))
    turns = angles * (2 * np.pi / 40)
    pose = np.concatenate(
        [np.cos(turns), np.sin(turns), content[:, None] / 288], axis=1
    )  # [samples, 5]
    noise = generator.standard_normal((count, 133))
    return {
        "content_codes": np.tanh(means[content] + 0.5 * noise[:, :128]).astype(
            np.float32
        ),
        "pose_codes": np.tanh(pose + 0.1 * noise[:, 128:]).astype(np.float32),
        "content_factors": content,
        "pose_factors": angles,
    }


def tree_information(codes: np.ndarray, labels: np.ndarray) -> float:
    """Ross' estimate with k = 3 by searches of scikit-learn, in nats."""
    labels = np.unique(labels, axis=0, return_inverse=True)[1]
    sizes = np.bincount(labels)[labels]
    codes, labels, sizes = (a[sizes > 1] for a in (codes, labels, sizes))
    radii = np.empty(len(codes))
    for label in np.unique(labels):
        members = codes[labels == label]
        rank = min(3, len(members) - 1)
        search = NearestNeighbors(n_neighbors=rank, algorithm="kd_tree")
        radii[labels == label] = search.fit(members).kneighbors()[0][:, -1]
    counts = KDTree(codes).query_radius(
        codes, np.nextafter(radii, 0), count_only=True
    )
    information = (
        digamma(len(codes))
        + digamma(np.minimum(3, sizes - 1)).mean()
        - digamma(sizes).mean()
        - digamma(counts).mean()
    )
    return max(0.0, information)


def compare(count: int) -> dict[str, float]:
    """CPU time of both searches, which hardly depends on other load."""
    arrays = sample(count)
    start = time.process_time()
    ours = mig_published(**arrays)
    middle = time.process_time()
    differences = [
        ours[f"i_f{factor[0]}_z{code[0]}"]
        - tree_information(
            arrays[f"{code}_codes"].astype(np.float64),
            arrays[f"{factor}_factors"],
        )
        for factor in ("content", "pose")
        for code in ("content", "pose")
    ]
    end = time.process_time()
    return {
        "count": count,
        "cpu_seconds": round(middle - start, 2),
        "scikit_learn_cpu_seconds": round(end - middle, 2),
        "ratio": round((end - middle) / (middle - start), 1),
        "largest_difference": float(np.abs(differences).max()),
    }


def main(_):
    """Prints the JSON line."""
    arrays = sample(COUNT.value)
    mig_published(**{name: a[:2000] for name, a in arrays.items()})  # warm up
    start = time.perf_counter()
    result = mig_published(**arrays)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    compared = [compare(int(count)) for count in COMPARE.value]
    print(
        json.dumps(
            {
                "benchmark": "mig",
                "ratio": compared[-1]["ratio"] if compared else None,
                "count": COUNT.value,
                "cores": joblib.cpu_count(),
                "seconds": round(seconds, 2),
                "peak_memory_gib": round(peak, 2),
                "result": result,
                "compared": compared,
            }
        )
    )


if __name__ == "__main__":
    app.run(main)
