"""Probes: how well a small predictor recovers a factor from a code."""

import copy

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.neural_network import MLPRegressor
from threadpoolctl import threadpool_limits

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.checks import check_count
from mipae_tf.metrics.checks import check_same_count
from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.disentanglement.scalings import standardisation

KINDS = ("linear", "mlp")
# An "mlp" keeps the epoch with the best score on a tenth of its training
# samples, and stops after PATIENCE epochs without improvement.
EPOCHS = 60
PATIENCE = 10


def probe(
    codes: np.ndarray,
    target: np.ndarray,
    *,
    categorical: bool,
    seed: int,
    kind: str = "mlp",
    test: tuple[np.ndarray, np.ndarray] | None = None,
) -> dict[str, float]:
    """Trains a predictor of the target from the codes and scores it on a test.

    Codes are standardised. The score is the accuracy for classes, and R² for
    numbers. It does not depend on the scale of the codes, and so shows leaks
    that a nearest-neighbour estimate of mutual information can miss. The
    probes have a fixed size: "mlp" has two hidden layers of 128 units,
    "linear" is a logistic or a ridge regression.

    Args:
      codes: `[samples, dimensions]`.
      target: classes or numbers `[samples]`.
      categorical: whether the target is a class.
      seed: seed of the split, the initial weights and the shuffling.
      kind: "mlp" or "linear".
      test: codes and target to score on. If None, a random quarter of the
        samples; then no two samples should be frames of the same clip.

    Returns:
      `score`; `chance`, the accuracy of the most frequent training class, or 0,
      the R² of the mean; `shuffled`, the score of the same probe trained on
      permuted targets; and `count`, the number of test samples.

    Raises:
      AbsentMetric: if the target is constant in training or test.
      ValueError: if the kind is unknown, codes or numbers are not finite, there
        are fewer than four samples for training or test, or shapes do not
        match.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}, got {kind!r}.")
    generator = np.random.default_rng(seed)
    codes, target = _checked("", codes, target, categorical)
    if test is None:
        order = generator.permutation(len(codes))
        held_out, kept = np.split(order, [len(order) // 4])
        test = codes[held_out], target[held_out]
        codes, target = codes[kept], target[kept]
        check_count("The held-out quarter of codes", len(held_out))
    test_codes, test_target = _checked("test ", *test, categorical)
    if test_codes.shape[1] != codes.shape[1]:
        raise ValueError(
            f"test codes must have {codes.shape[1]} dimensions, like the "
            f"training codes, got {test_codes.shape[1]}."
        )
    _check_varies("training", target)
    _check_varies("test", test_target)
    standardise = standardisation(codes)
    codes, test_codes = standardise(codes), standardise(test_codes)
    if not categorical:
        mean, deviation = target.mean(), target.std()
        target = (target - mean) / deviation
        test_target = (test_target - mean) / deviation
    scores = [
        _fitted(kind, categorical, seed, codes, goal).score(
            test_codes, test_target
        )
        for goal in (target, generator.permutation(target))
    ]
    chance = 0.0
    if categorical:
        classes, counts = np.unique(target, return_counts=True)
        chance = float(np.mean(test_target == classes[counts.argmax()]))
    return {
        "score": float(scores[0]),
        "chance": chance,
        "shuffled": float(scores[1]),
        "count": len(test_target),
    }


def _checked(
    prefix: str, codes: np.ndarray, target: np.ndarray, categorical: bool
) -> tuple[np.ndarray, np.ndarray]:
    codes = checked_codes(f"{prefix}codes", codes)
    target = np.asarray(target)
    if target.ndim != 1:
        raise ValueError(
            f"{prefix}target must be one factor [samples], got shape "
            f"{target.shape}."
        )
    check_same_count(codes=codes, target=target)
    if not categorical:
        target = target.astype(np.float64)
    if target.dtype.kind == "f" and not np.isfinite(target).all():
        raise ValueError(f"{prefix}target must be finite, got NaN or infinity.")
    return codes, target


def _check_varies(part: str, target: np.ndarray) -> None:
    if (target == target[0]).all():
        raise AbsentMetric(
            f"The target is constant over the {len(target)} {part} samples."
        )


# Threads do not speed up such small products, and they busy-wait for a core:
# ten times slower if another process is running.
@threadpool_limits.wrap(limits=1)
def _fitted(
    kind: str,
    categorical: bool,
    seed: int,
    codes: np.ndarray,
    target: np.ndarray,
) -> BaseEstimator:
    """A predictor trained on standardised codes."""
    if kind == "linear":
        model = LogisticRegression(max_iter=1000) if categorical else Ridge()
        return model.fit(codes, target)
    classes = {"classes": np.unique(target)} if categorical else {}
    order = np.random.default_rng(seed).permutation(len(codes))
    validation, training = np.split(order, [max(2, len(order) // 10)])
    model = (MLPClassifier if categorical else MLPRegressor)(
        hidden_layer_sizes=(128, 128),
        alpha=0.3,
        batch_size=min(64, len(training)),
        random_state=seed,
    )
    best, best_score, best_epoch = model, -np.inf, 0
    for epoch in range(EPOCHS):
        model.partial_fit(codes[training], target[training], **classes)
        score = model.score(codes[validation], target[validation])
        if score > best_score:
            best = copy.deepcopy(model)
            best_score, best_epoch = score, epoch
        if epoch - best_epoch == PATIENCE:
            break
    return best
