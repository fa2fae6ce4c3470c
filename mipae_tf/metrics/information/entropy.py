"""Entropies of discrete labels."""

import numpy as np
from scipy.special import digamma

from mipae_tf.metrics.checks import label_ids


def plugin_entropy(labels: np.ndarray) -> float:
    """Entropy of the observed label frequencies, in nats.

    It is biased downwards if many labels occur only a few times.

    Args:
      labels: discrete labels `[samples]` or label tuples `[samples, factors]`.

    Raises:
      ValueError: if there are fewer than four samples, or the shape is wrong.
    """
    counts = np.bincount(label_ids("labels", labels))
    frequencies = counts / counts.sum()
    # The maximum turns the -0.0 of a constant label into 0.0.
    return max(0.0, float(-np.sum(frequencies * np.log(frequencies))))


def miller_madow_entropy(labels: np.ndarray) -> float:
    """The plug-in entropy with a first-order bias correction, in nats.

    H = plug-in + (K - 1) / 2N for K distinct labels among N samples; it can
    exceed log K. Source: G. A. Miller, "Note on the bias of information
    estimates", Information Theory in Psychology, 1955.

    Args:
      labels: discrete labels `[samples]` or label tuples `[samples, factors]`.

    Raises:
      ValueError: if there are fewer than four samples, or the shape is wrong.
    """
    ids = label_ids("labels", labels)
    return plugin_entropy(ids) + float(ids.max()) / (2 * len(ids))


def grassberger_entropy(labels: np.ndarray) -> float:
    """Grassberger's estimate of the entropy, in nats.

    H = log N - (1/N) Σ n G(n) over the labels' counts n, with
    G(n) = ψ(n) + ½ (-1)^n [ψ((n + 1)/2) - ψ(n/2)]. Source: P. Grassberger,
    "Entropy estimates from insufficient samplings", arXiv physics/0307138.
    The published MIG of MIPAE is normalised by this estimate.

    Args:
      labels: discrete labels `[samples]` or label tuples `[samples, factors]`.

    Raises:
      ValueError: if there are fewer than four samples, or the shape is wrong.
    """
    counts = np.bincount(label_ids("labels", labels))
    total = counts.sum()
    sign = np.where(counts % 2, -0.5, 0.5)
    terms = digamma(counts) + sign * (
        digamma((counts + 1) / 2) - digamma(counts / 2)
    )
    return float(np.log(total) - np.sum(counts * terms) / total)
