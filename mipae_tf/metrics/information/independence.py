"""Independence of latent factors across one time step.

Source: W. Whitney, R. Fergus, "Disentangling Video with Independent
Prediction", arXiv 1901.05590, section on evaluation: in a model that predicts
each factor from its own past, each factor should depend only on its own past.
"""

from collections.abc import Callable
from collections.abc import Sequence

import numpy as np

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.disentanglement.scalings import standardisation

MIN_CLIPS = 4

Estimator = Callable[[np.ndarray, np.ndarray], float]


def transition_correlation(latents: np.ndarray) -> np.ndarray:
    """Correlation of each dimension at t-1 with each dimension at t.

    Pearson correlation over all clips and all pairs of successive steps.

    Args:
      latents: `[clips, time, dimensions]`, at least two steps. The paper uses
        posterior samples; posterior means give larger correlations.

    Returns:
      `[dimensions, dimensions]` in [-1, 1]; row i, column j is the correlation
      of dimension i at t-1 with dimension j at t.

    Raises:
      AbsentMetric: if a dimension is constant.
      ValueError: if the rank is wrong, there are fewer than two steps or four
        transitions, or values are not finite.
    """
    past, present = _transitions(latents)
    scaled = []
    for codes in (past, present):
        codes = standardisation(codes)(codes)
        constant = np.flatnonzero((codes == 0).all(axis=0))
        if constant.size:
            raise AbsentMetric(
                f"Dimensions {constant.tolist()} of the latents are constant, "
                "so their correlation is undefined."
            )
        scaled.append(codes)
    return np.clip(scaled[0].T @ scaled[1] / len(past), -1, 1)


def transition_information(
    latents: np.ndarray,
    blocks: Sequence[Sequence[int]],
    estimator: Estimator,
    *,
    seed: int = 0,
    draws: int = 5,
) -> dict[str, float]:
    """Information between each factor at t and every factor at t-1.

    Independent factors have high same-factor and zero cross-factor
    information. For any code, the cross-factor mean decreases with the number
    of factors, and noise in the latents lowers both values. Compare only models
    with equally many factors, on the same kind of latents. For models without
    factors, `best_partition` gives a baseline.

    Each draw takes one transition per clip, and the estimates are averaged over
    draws. The reason is that estimators assume independent samples, but codes
    hardly change within a clip: with all transitions of 200 clips at once, the
    nearest neighbours are frames of the same clip, and independent factors
    appear to share 1.5 nats.

    Args:
      latents: `[clips, time, dimensions]`, at least two steps.
      blocks: for each factor, the indices of its dimensions. No dimension may
        be in two factors; a dimension may be in none.
      estimator: function that returns the mutual information in nats of two
        arrays `[samples, dimensions]`, such as
        `mipae_tf.metrics.information.ksg_mi.ksg_mutual_information`.
      seed: seed for drawing transitions.
      draws: number of draws; at most one per transition of a clip is used.

    Returns:
      In nats, `same`, the mean over factors i of I(z_i at t-1; z_i at t);
      `cross`, the mean over pairs i ≠ j of I(z_j at t-1; z_i at t); and `gap`,
      their difference. `count` is the number of clips.

    Raises:
      AbsentMetric: if there is only one factor, there are fewer than four
        clips, or the estimator raises it.
      ValueError: for latents as in `transition_correlation`, or if blocks are
        empty, overlap or contain dimensions that do not exist.
    """
    latents = _checked_latents(latents)
    blocks = _checked_blocks(blocks, latents.shape[2])
    if len(blocks) < 2:
        raise AbsentMetric(
            "Cross-factor information needs at least 2 factors, got 1."
        )
    if len(latents) < MIN_CLIPS:
        raise AbsentMetric(
            f"Transition information needs at least {MIN_CLIPS} clips, got "
            f"{len(latents)}."
        )
    informations = np.mean(
        [
            [
                [estimator(past[:, j], present[:, i]) for j in blocks]
                for i in blocks
            ]
            for past, present in _one_of_each_clip(latents, seed, draws)
        ],
        axis=0,
    )  # [factors of the present, factors of the past]
    own = np.eye(len(blocks), dtype=bool)
    same, cross = informations[own].mean(), informations[~own].mean()
    return {
        "same": float(same),
        "cross": float(cross),
        "gap": float(same - cross),
        "count": len(latents),
    }


def best_partition(
    latents: np.ndarray,
    parts: int,
    estimator: Estimator,
    *,
    seed: int,
    partitions: int = 20,
    draws: int = 5,
) -> tuple[list[np.ndarray], dict[str, float]]:
    """The random partition into factors that is most independent.

    This is the baseline for a model with a single entangled latent: of several
    random partitions into parts of equal size (up to one dimension), the one
    with the largest gap.

    Args:
      latents: `[clips, time, dimensions]`, at least two steps.
      parts: number of factors, from 2 to the number of dimensions.
      estimator: as in `transition_information`.
      seed: seed of the partitions and of the transitions.
      partitions: number of partitions to try; the paper tries 20.
      draws: as in `transition_information`.

    Returns:
      The blocks of the best partition, each a sorted array of indices, and
      their `transition_information`.

    Raises:
      AbsentMetric: if the estimator raises it.
      ValueError: for latents as in `transition_correlation`, or if `parts` or
        `partitions` is out of range.
    """
    dimensions = _checked_latents(latents).shape[2]
    if not 2 <= parts <= dimensions:
        raise ValueError(
            f"parts must be from 2 to the latents' {dimensions} dimensions, "
            f"got {parts}."
        )
    if partitions < 1:
        raise ValueError(f"partitions must be at least 1, got {partitions}.")
    generator = np.random.default_rng(seed)
    candidates = []
    for _ in range(partitions):
        order = generator.permutation(dimensions)
        blocks = [np.sort(part) for part in np.array_split(order, parts)]
        found = transition_information(
            latents, blocks, estimator, seed=seed, draws=draws
        )
        candidates.append((blocks, found))
    return max(candidates, key=lambda candidate: candidate[1]["gap"])


def _transitions(latents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Latents before and after each step, both `[samples, dimensions]`."""
    latents = _checked_latents(latents)
    return tuple(
        part.reshape(-1, latents.shape[2])
        for part in (latents[:, :-1], latents[:, 1:])
    )  # [clips * (time - 1), dimensions]


def _one_of_each_clip(latents: np.ndarray, seed: int, draws: int):
    """Latents before and after one step per clip, `[clips, dimensions]`."""
    clips, time = latents.shape[:2]
    generator = np.random.default_rng(seed)
    steps = np.tile(np.arange(time - 1), (clips, 1))
    steps = generator.permuted(steps, axis=1)  # [clips, time - 1]
    for step in steps.T[:draws]:
        own = np.arange(clips)
        yield latents[own, step], latents[own, step + 1]


def _checked_latents(latents: np.ndarray) -> np.ndarray:
    latents = np.asarray(latents)
    if latents.ndim != 3 or latents.shape[1] < 2:
        raise ValueError(
            "latents must be numbers [clips, time, dimensions] of at least two "
            f"steps, got shape {latents.shape}."
        )
    clips, time, dimensions = latents.shape
    codes = checked_codes("latents", latents.reshape(-1, dimensions))
    checked_codes("transitions", latents[:, 1:].reshape(-1, dimensions))
    return codes.reshape(latents.shape)  # float64


def _checked_blocks(
    blocks: Sequence[Sequence[int]], dimensions: int
) -> list[np.ndarray]:
    blocks = [np.asarray(block) for block in blocks]
    for block in blocks:
        if block.ndim != 1 or block.dtype.kind not in "iu" or not block.size:
            raise ValueError(
                "blocks must be non-empty lists of dimensions, got "
                f"{block.tolist()}."
            )
    named = np.concatenate(blocks) if blocks else np.zeros(0, int)
    if len(np.unique(named)) < len(named):
        raise ValueError(
            "blocks must not overlap, got "
            f"{[block.tolist() for block in blocks]}."
        )
    if not blocks or named.min() < 0 or named.max() >= dimensions:
        raise ValueError(
            f"blocks must contain dimensions from 0 to {dimensions - 1}, got "
            f"{[block.tolist() for block in blocks]}."
        )
    return blocks
