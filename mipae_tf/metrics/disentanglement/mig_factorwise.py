"""The mutual information gap of content and pose codes, per factor."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

import numpy as np

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.checks import check_same_count
from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.disentanglement.representation import checked_factors
from mipae_tf.metrics.information.entropy import grassberger_entropy
from mipae_tf.metrics.information.ross_mi import ross_terms
from mipae_tf.metrics.information.ties import break_ties
from mipae_tf.metrics.result import absent


def mig_factorwise(
    content_codes: np.ndarray,
    pose_codes: np.ndarray,
    content_factors: Mapping[str, np.ndarray],
    pose_factors: Mapping[str, np.ndarray],
    seed: int = 0,
    draws: int = 1000,
    progress: Callable[[int, int], None] | None = None,
) -> dict:
    """Mutual information gap with each single factor as the label.

    The gap of a factor f is (I(own code; f) - I(other code; f)) / H(f), where
    the own code is the content code for content factors and the pose code for
    pose factors. The estimators are those of `mig_published`:
    `ross_mutual_information` and `grassberger_entropy`. The score is the mean
    over all factors that vary, from about -1 to about 1. Since a factor has few
    values that occur often, the score hardly depends on the number of samples,
    and shows leaks that the published score, on tuples of all factors, misses.
    `break_ties` is applied first, for codes with many exact copies.

    Intervals are the 2.5 % and 97.5 % quantiles over resampled samples. The
    resampled quantities are the terms of Ross' mean and of the entropy, so
    that neighbours are searched only once and resampling creates no exact
    copies. The intervals show the sampling error, not the bias of the
    estimator, which is too low in many dimensions.

    Args:
      content_codes: z_c, `[samples, dimensions]`.
      pose_codes: z_p, `[samples, dimensions]`.
      content_factors: discrete labels `[samples]` of each content factor.
      pose_factors: discrete labels `[samples]` of each pose factor.
      seed: seed of the resampling.
      draws: number of resamplings.
      progress: called during each neighbour search with the number of samples
        done and the total. There are two searches, or more if some labels
        occur once.

    Returns:
      `score` and its `interval`; `content` and `pose`, with `gap`, `interval`,
      `i_own`, `i_other` and `entropy` in nats of each of their factors, or its
      `absent` reason; and `count`, the number of samples.

    Raises:
      AbsentMetric: if no factor varies.
      ValueError: if codes are not finite, there are fewer than four samples,
        shapes do not match, content or pose has no factor, or `draws` is 0.
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}.")
    check_same_count(content_codes=content_codes, pose_codes=pose_codes)
    content_codes = break_ties(checked_codes("content_codes", content_codes))
    pose_codes = break_ties(checked_codes("pose_codes", pose_codes))
    sides = {
        "content": checked_factors(content_codes, content_factors),
        "pose": checked_factors(pose_codes, pose_factors),
    }
    labelings = [
        labels for present, _ in sides.values() for labels in present.values()
    ]
    if not labelings:
        reasons = [r for _, missing in sides.values() for r in missing.values()]
        raise AbsentMetric(" ".join(reasons))
    of_content = ross_terms(content_codes, labelings, progress=progress)
    of_pose = ross_terms(pose_codes, labelings, progress=progress)
    is_content = np.arange(len(labelings)) < len(sides["content"][0])
    own = np.where(is_content, of_content, of_pose)  # [samples, factors]
    other = np.where(is_content, of_pose, of_content)
    surprisals = np.stack([_surprisals(ids) for ids in labelings], axis=1)
    terms = np.stack([own, other, surprisals], axis=1)
    parts = _means(terms, [np.ones(len(terms))])  # [1, 3, factors]
    gaps = _gaps(parts)[0]
    resampled = _gaps(_means(terms, _weights(len(terms), draws, seed)))
    measured = iter(
        {"gap": float(gap), "interval": _interval(column)}
        | dict(zip(("i_own", "i_other", "entropy"), values, strict=True))
        for gap, column, values in zip(
            gaps, resampled.T, parts[0].T.tolist(), strict=True
        )
    )
    return {
        "score": float(gaps.mean()),
        "interval": _interval(resampled.mean(axis=1)),
        **{
            side: {name: next(measured) for name in present}
            | {name: absent(reason) for name, reason in missing.items()}
            for side, (present, missing) in sides.items()
        },
        "count": len(terms),
    }


def _surprisals(ids: np.ndarray) -> np.ndarray:
    """Term of each sample in the estimate of H, which is their mean."""
    surprisals = -np.log(np.bincount(ids)[ids] / len(ids))
    # Before this scaling, the mean is the plug-in entropy.
    return surprisals * (grassberger_entropy(ids) / surprisals.mean())


def _weights(count: int, draws: int, seed: int) -> Iterator[np.ndarray]:
    """Yields how often a resampling draws each sample, `[samples]`."""
    generator = np.random.default_rng(seed)
    for _ in range(draws):
        drawn = generator.integers(count, size=count)
        yield np.bincount(drawn, minlength=count).astype(np.float64)


def _means(terms: np.ndarray, weights: Iterable[np.ndarray]) -> np.ndarray:
    """I(own; f), I(other; f) and H(f), `[draws, 3, factors]`.

    Weighted means over the samples whose term is not NaN. As in Ross' estimate,
    a negative mean becomes 0; so does the mean of a resampling in which all
    terms are NaN.
    """
    table = terms.reshape(len(terms), -1)  # [samples, 3 factors]
    kept = ~np.isnan(table)
    table, kept = np.where(kept, table, 0), kept.astype(np.float64)
    sums, totals = zip(*((w @ table, w @ kept) for w in weights), strict=True)
    means = np.array(sums) / np.maximum(totals, 1)
    return np.maximum(0, means).reshape(len(means), *terms.shape[1:])


def _gaps(parts: np.ndarray) -> np.ndarray:
    """Gaps `[draws, factors]`."""
    own, other, entropy = np.moveaxis(parts, 1, 0)
    return (own - other) / entropy


def _interval(values: np.ndarray) -> list[float]:
    return np.quantile(values, [0.025, 0.975]).tolist()
