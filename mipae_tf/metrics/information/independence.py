"""Do the factors of a latent move by themselves? Across one step of time.

Source: W. Whitney, R. Fergus, "Disentangling Video with Independent
Prediction", arXiv 1901.05590, section on evaluation: latents of a model that
predicts each factor from its own past should depend on their own past alone.
"""

from collections.abc import Callable
from collections.abc import Sequence

import numpy as np

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.disentanglement.scalings import standardisation

FEWEST_CLIPS = 4

Estimator = Callable[[np.ndarray, np.ndarray], float]


def transition_correlation(latents: np.ndarray) -> np.ndarray:
    """Correlation of each dimension's past with each dimension's present.

    Pearson's, over all clips and all pairs of successive steps.

    Args:
      latents: `[clips, time, dimensions]`, at least two steps. The paper takes
        samples of the posterior; means show more.

    Returns:
      `[dimensions, dimensions]` in [-1, 1]; row i, column j is the correlation
      of dimension i at t-1 with dimension j at t.

    Raises:
      AbsentMetric: a constant dimension, which correlates with nothing.
      ValueError: another rank, fewer than two steps or four transitions, or
        values that are not finite.
    """
    past, present = _transitions(latents)
    scaled = []
    for codes in (past, present):
        codes = standardisation(codes)(codes)
        constant = np.flatnonzero((codes == 0).all(axis=0))
        if constant.size:
            raise AbsentMetric(
                f"Dimensions {constant.tolist()} of the latents are constant: "
                "they have no correlation."
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
    """Information of each factor's present about its own and others' past.

    Independent factors have a high same-factor and no cross-factor
    information. The cross-factor mean falls with the number of factors for any
    code, and noise in the latents lowers both: compare models of equally many
    factors, and on the same kind of latents. `best_partition` gives what to
    compare a model without factors by.

    One transition is taken of each clip, and the estimates of several such
    draws are averaged. Estimators presuppose independent samples, and codes
    that hardly change within a clip are not: with all transitions of 200 clips
    at once, nearest neighbours are frames of the same clip, and factors of
    different clips seem to tell 1.5 nats of each other.

    Args:
      latents: `[clips, time, dimensions]`, at least two steps.
      blocks: for each factor, the indices of its dimensions. No dimension may
        be in two factors; some may be in none.
      estimator: gives the mutual information in nats of two arrays
        `[samples, dimensions]`, such as
        `mipae_tf.metrics.information.ksg_mi.ksg_mutual_information`.
      seed: of the transitions drawn.
      draws: how many times, at most as often as a clip has transitions.

    Returns:
      In nats `same`, the mean over factors i of I(z_i at t-1; z_i at t);
      `cross`, the mean over pairs i ≠ j of I(z_j at t-1; z_i at t); and `gap`,
      their difference. `count` is the number of clips.

    Raises:
      AbsentMetric: one factor alone, fewer than four clips, or an estimator
        that raises it.
      ValueError: latents as for `transition_correlation`, or blocks that are
        empty, overlap or name dimensions that the latents do not have.
    """
    latents = _checked_latents(latents)
    blocks = _checked_blocks(blocks, latents.shape[2])
    if len(blocks) < 2:
        raise AbsentMetric("One factor alone has no other to depend on.")
    if len(latents) < FEWEST_CLIPS:
        raise AbsentMetric(
            "Information across a step takes one transition of each of at "
            f"least {FEWEST_CLIPS} clips, got {len(latents)}."
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
    """The random split into factors that looks most independent.

    What a model of one entangled latent is granted before it is compared with
    one of several factors: of so many random partitions into parts of equal
    size (give or take one), the one with the largest gap.

    Args:
      latents: `[clips, time, dimensions]`, at least two steps.
      parts: number of factors, at least 2 and at most the dimensions.
      estimator: as for `transition_information`.
      seed: of the partitions, and of the transitions drawn.
      partitions: how many to try; the paper tries 20.
      draws: as for `transition_information`.

    Returns:
      The blocks of the best partition, sorted indices each, and their
      `transition_information`.

    Raises:
      AbsentMetric: an estimator that raises it.
      ValueError: latents as for `transition_correlation`, or parts or
        partitions out of range.
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
    """Latents before and after a step of each clip, `[clips, dimensions]`."""
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
                "blocks must be lists of dimensions, none of them empty, got "
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
            f"blocks must name dimensions from 0 to {dimensions - 1}, got "
            f"{[block.tolist() for block in blocks]}."
        )
    return blocks
