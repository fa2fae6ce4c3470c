"""Mutual information of two codes, by a critic evaluated on held-out pairs."""

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
    candidates: int = 128,
    hidden_dim: int = 128,
) -> dict:
    """Estimates I(first; second) in nats on pairs held out from training.

    The samples are split at random into a training part (five eighths), a
    validation part (an eighth) and a test part (a quarter), and standardised
    with the moments of the training part. A critic with two hidden layers is
    trained on the training part with the loss of the bound and Adam at 1e-3.
    The step with the lowest validation loss is kept, and the bound is evaluated
    on the whole test part. For such a fixed critic, `nwj`, `js`, `tuba` and
    `infonce` are lower bounds in expectation. `dv` contains the logarithm of a
    sample mean, which biases it upwards on a small test part. `smile` clamps
    that mean and is not a bound.

    Joint pairs are the samples. Marginal pairs combine two samples of one part
    by random cyclic shifts, so that no sample is paired with itself: one shift
    in training, 16 in validation and test. `infonce` compares each joint pair
    with `candidates - 1` marginal pairs and never exceeds ln `candidates`.

    Args:
      first: `[samples, dimensions]`. Samples must be independent: take at most
        one frame per clip.
      second: `[samples, other dimensions]`, the partner of each sample.
      bound: a key of `objectives.mi_bounds.BOUNDS`.
      seed: seed of the split, the initial weights, the batches and the shifts.
      steps: number of optimizer steps.
      batch: joint pairs per step; `infonce` uses a quarter of them, each
        compared with at most 31 marginal pairs.
      candidates: pairs that `infonce` compares in the estimate, limited to the
        size of the validation part.
      hidden_dim: units of each hidden layer of the critic.

    Returns:
      `value` in nats, not clipped at 0; `interval`, the 95 % jackknife interval
      over test samples for the trained critic; `count`, the number of test
      samples; `training_value`, the estimate on the training part after the
      last step, which shows overfitting if it is far above `value` and must not
      be reported as the result; `step`, the step whose weights gave `value`, 0
      if training never lowered the validation loss; and for `infonce` its
      `ceiling`.

    Raises:
      AbsentMetric: if the estimate is not finite.
      ValueError: if the bound is unknown, codes are not finite, there are
        fewer than 32 samples, shapes do not match, or a size is too small.

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
    training = Training(steps, batch, min(candidates, len(first) // 8))
    generator = np.random.default_rng(seed)
    parts = split(first, second, bound, training.candidates, generator)
    critic = (BaselinedCritic if bound.baseline else Critic)(hidden_dim)
    critic.build((None, first.shape[1]))
    heads = [critic.logit]
    if bound.baseline:
        heads.append(critic.log_baseline)
    # A constant critic must estimate 0: its output is 0, but 1 for NWJ.
    constant = 1.0 if name == "nwj" else 0.0
    result = held_out_bound(
        critic, heads, bound, parts, training, generator, constant
    )
    if name == "infonce":
        result["ceiling"] = math.log(training.candidates)
    return result


def _equally_wide(
    first: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pads the narrower code with zeros: a critic is built for one width."""
    width = max(first.shape[1], second.shape[1])
    return tuple(
        np.pad(codes, [(0, 0), (0, width - codes.shape[1])])
        for codes in (first, second)
    )
