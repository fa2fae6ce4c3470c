"""Scores of generated clips by a trained classifier, the judge.

Source: the protocol on Sprites of S3VAE (arXiv 2005.11437) and C-DSVAE (arXiv
2110.12091). The motion of a clip is kept and its content is sampled, or vice
versa; the judge, trained on real clips, classifies what was kept.
"""

import numpy as np
from scipy.special import entr

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.checks import check_count
from mipae_tf.metrics.checks import check_same_count

# Allowed deviation of the sum of probabilities from 1.
SUM_TOLERANCE = 1e-3


def judgement(
    probabilities: np.ndarray,
    labels: np.ndarray,
    original: np.ndarray | None = None,
) -> dict[str, float]:
    """Accuracy, Inception score and entropies of a judge's predictions.

    H(y) and the Inception score depend on the distribution of classes: pass the
    same number of clips of each, see `balanced_clips`. Then perfect clips of n
    classes have H(y|x) = 0, H(y) = ln n and an Inception score of n. The
    Inception score does not use the labels, so that confident, diverse and
    wrong predictions also score high.

    Args:
      probabilities: p(y|x) of each generated clip, `[clips, classes]`; rows sum
        to 1.
      labels: true classes `[clips]`, integers from 0 to classes - 1.
      original: p(y|x) of the clips from which the labelled part was taken,
        `[clips, classes]`.

    Returns:
      `accuracy`, how often the most likely class is the true one;
      `inception_score`, exp of the mean KL divergence of p(y|x) from p(y),
      in [1, classes]; `h_y_given_x`, the mean entropy of p(y|x), and `h_y`,
      the entropy of p(y), the mean of p(y|x), both in nats; and `count`, the
      number of clips. With `original` also `consistency`, how often the most
      likely class is that of the original, as in S3VAE.

    Raises:
      ValueError: if rows are not probabilities, labels are not classes, there
        are fewer than four clips, or shapes do not match.
    """
    probabilities = _checked("probabilities", probabilities)
    labels = np.asarray(labels)
    classes = probabilities.shape[1]
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError(
            f"labels must be integers [clips], got {labels.dtype} of shape "
            f"{labels.shape}."
        )
    check_same_count(probabilities=probabilities, labels=labels)
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels must be from 0 to {classes - 1}, got {labels.min()} to "
            f"{labels.max()}."
        )
    answers = probabilities.argmax(axis=1)
    h_y_given_x = float(entr(probabilities).sum(axis=1).mean())
    h_y = float(entr(probabilities.mean(axis=0)).sum())
    found = {
        "accuracy": float(np.mean(answers == labels)),
        # The mean KL divergence from the mean is the difference of entropies.
        "inception_score": float(np.exp(h_y - h_y_given_x)),
        "h_y_given_x": h_y_given_x,
        "h_y": h_y,
        "count": len(labels),
    }
    if original is not None:
        original = _checked("original", original)
        if original.shape != probabilities.shape:
            raise ValueError(
                f"original must have the shape {probabilities.shape} of "
                f"probabilities, got {original.shape}."
            )
        same = answers == original.argmax(axis=1)
        found["consistency"] = float(np.mean(same))
    return found


def balanced_clips(labels: np.ndarray, seed: int) -> np.ndarray:
    """A random choice of clips with the same number of each class.

    Args:
      labels: classes `[clips]`.
      seed: seed of the choice.

    Returns:
      Ascending indices of clips; each class has as many as the rarest one.

    Raises:
      AbsentMetric: if there is only one class.
      ValueError: if the rank is wrong, or there are fewer than four clips.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1:
        raise ValueError(
            f"labels must be classes [clips], got shape {labels.shape}."
        )
    check_count("labels", len(labels))
    values, sizes = np.unique(labels, return_counts=True)
    if len(values) < 2:
        raise AbsentMetric(
            f"All {len(labels)} clips have the same class, but at least 2 "
            "classes are needed."
        )
    generator = np.random.default_rng(seed)
    chosen = [
        generator.choice(np.flatnonzero(labels == value), sizes.min(), False)
        for value in values
    ]
    return np.sort(np.concatenate(chosen))


def _checked(name: str, probabilities: np.ndarray) -> np.ndarray:
    probabilities = np.asarray(probabilities, np.float64)
    if probabilities.ndim != 2 or probabilities.shape[1] < 2:
        raise ValueError(
            f"{name} must be [clips, classes] with at least two classes, got "
            f"shape {probabilities.shape}."
        )
    check_count(name, len(probabilities))
    sums = probabilities.sum(axis=1)
    # NaN fails both comparisons.
    if not (
        (probabilities >= 0).all() and (np.abs(sums - 1) <= SUM_TOLERANCE).all()
    ):
        raise ValueError(
            f"{name} must be at least 0 and sum to 1 in each row, got values "
            f"from {probabilities.min()} and sums from {sums.min()} to "
            f"{sums.max()}."
        )
    return probabilities / sums[:, None]
