"""Mutual information of two codes by a trained critic, on held-out pairs."""

import math

import numpy as np

from mipae_tf.keras_settings import keras_defaults
from mipae_tf.metrics.information.held_out_bound import Training
from mipae_tf.metrics.information.held_out_bound import checked_pairs
from mipae_tf.metrics.information.held_out_bound import held_out_bound
from mipae_tf.metrics.information.held_out_bound import split
from mipae_tf.networks.baselined_critic import BaselinedCritic
from mipae_tf.networks.critic import Critic
from mipae_tf.objectives.mi_bounds import BOUNDS


@keras_defaults()
def neural_mutual_information(
    first: np.ndarray,
    second: np.ndarray,
    bound: str,
    seed: int,
    *,
    steps: int = 600,
    batch: int = 256,
    together: int = 128,
    hidden_dim: int = 128,
) -> dict:
    """Estimates I(first; second) in nats on pairs that no critic was fitted to.

    Samples are drawn into a training part (five eighths), a validation part
    (an eighth) and a test part (a quarter), and standardised by the moments of
    the training part. A critic of two hidden layers learns on the training
    part by the bound's own loss, with Adam at 1e-3; the step where that loss is
    least on the validation part is kept; the estimate is the bound's on all of
    the test part. For a critic so fixed, `nwj`, `js`, `tuba` and `infonce` are
    lower bounds in expectation, whatever the critic. `dv` is one but for the
    logarithm of a sample mean, which tilts it upwards by what the test part
    leaves uncertain; `smile` clamps that mean and is no bound.

    Joint pairs are the samples. Marginal pairs are two samples of one part, at
    random cyclic shifts, each a derangement: one in training, 16 for each
    sample elsewhere. `infonce` scores each joint pair together with
    `together - 1` marginal ones and never exceeds ln `together`.

    Args:
      first: `[samples, dimensions]`, samples independent of each other: of
        frames of one clip, take one.
      second: `[samples, other dimensions]`, sample by sample joint with it.
      bound: a key of `objectives.mi_bounds.BOUNDS`.
      seed: of the split, the initial weights, the batches and the shifts.
      steps: updates of the critic.
      batch: joint pairs of an update; a quarter of it for `infonce`, each
        scored with at most 31 marginal ones.
      together: pairs that `infonce` scores together, at most the samples of
        the validation part.
      hidden_dim: units of the critic's hidden layers.

    Returns:
      `value` in nats, not floored at 0; `interval`, of 95 % by leaving out
      blocks of test samples, for the critic at hand; `count`, the test
      samples; `training_value`, what the training part shows after the last
      step: never to be reported, but far above `value` where the critic has
      learnt its samples by heart; `step`, the one kept for `value`, 0 where
      nothing learnt held on the validation part; for `infonce` its `ceiling`.

    Raises:
      AbsentMetric: an estimate that is not finite.
      ValueError: another bound, codes that are not finite, fewer than 32
        samples, shapes that do not match, or sizes that are too small.

    References:
      - Poole et al., On Variational Bounds of Mutual Information
        (https://arxiv.org/abs/1905.06922).
      - Song and Ermon, Understanding the Limitations of Variational Mutual
        Information Estimators (https://arxiv.org/abs/1910.06222).
    """
    if bound not in BOUNDS:
        raise ValueError(
            f"bound must be one of {', '.join(BOUNDS)}, got {bound!r}."
        )
    if hidden_dim < 1:
        raise ValueError(f"hidden_dim must be at least 1, got {hidden_dim}.")
    first, second = _equally_wide(*checked_pairs(first, second))
    name, bound = bound, BOUNDS[bound]
    training = Training(steps, batch, min(together, len(first) // 8))
    generator = np.random.default_rng(seed)
    parts = split(first, second, bound, training.together, generator)
    critic = (BaselinedCritic if bound.baseline else Critic)(hidden_dim)
    critic.build((None, first.shape[1]))
    heads = [critic.logit]
    if bound.baseline:
        heads.append(critic.log_baseline)
    # A constant critic claims no information: 0, but under NWJ it must be 1.
    constant = 1.0 if name == "nwj" else 0.0
    result = held_out_bound(
        critic, heads, bound, parts, training, generator, constant
    )
    if name == "infonce":
        result["ceiling"] = math.log(training.together)
    return result


def _equally_wide(
    first: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Adds zeros to the narrower code: a critic is built for one width."""
    width = max(first.shape[1], second.shape[1])
    return tuple(
        np.pad(codes, [(0, 0), (0, width - codes.shape[1])])
        for codes in (first, second)
    )
