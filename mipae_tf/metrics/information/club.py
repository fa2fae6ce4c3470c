"""The contrastive log-ratio estimate with a fitted Gaussian, CLUB."""

import keras
import numpy as np
import tensorflow as tf

from mipae_tf.keras_settings import keras_defaults
from mipae_tf.metrics.information.held_out_bound import Training
from mipae_tf.metrics.information.held_out_bound import checked_pairs
from mipae_tf.metrics.information.held_out_bound import held_out_bound
from mipae_tf.metrics.information.held_out_bound import split
from mipae_tf.objectives.mi_bounds import Bound

# The scorer is trained to maximise its likelihood of the joint pairs only.
CLUB = Bound(
    critic_loss=lambda joint, marginal: -tf.reduce_mean(joint),
    penalty=lambda joint, marginal: (
        tf.reduce_mean(joint) - tf.reduce_mean(marginal)
    ),
)


@keras_defaults()
def club_upper_bound(
    first: np.ndarray,
    second: np.ndarray,
    seed: int,
    *,
    steps: int = 600,
    batch: int = 256,
    hidden_dim: int = 128,
) -> dict:
    """Estimates CLUB, E_J log q(second | first) - E_M log q(second | first).

    If q were the true conditional, this would be I + KL(p(x) p(y) || p(x, y)),
    an upper bound of I: about twice I for weak dependence, and far above I for
    strong dependence (d ρ² / (1 - ρ²) for d Gaussian pairs of correlation ρ,
    whose I is -d/2 ln(1 - ρ²)). Here q is a Gaussian with diagonal covariance.
    A multilayer perceptron with two hidden layers, fitted to the training
    part, gives its mean and variance. The estimate is therefore not a bound:
    where q misses the dependence, it can fall below I, down to 0.

    The split, the standardisation and the marginal pairs are those of
    `neural_mutual_information`. The training step with the highest validation
    likelihood is kept.

    Args:
      first: `[samples, dimensions]`, x.
      second: `[samples, other dimensions]`, y.
      seed: seed of the split, the initial weights, the batches and the shifts.
      steps: number of optimizer steps for q.
      batch: joint pairs per step.
      hidden_dim: units of each hidden layer.

    Returns:
      `value` in nats, `interval`, `count`, `training_value` and `step`, as in
      `neural_mutual_information`.

    Raises:
      AbsentMetric: if the estimate is not finite.
      ValueError: if codes are not finite, there are fewer than 32 samples,
        shapes do not match, or a size is too small.

    References:
      - Cheng et al., CLUB: A Contrastive Log-ratio Upper Bound of Mutual
        Information (https://arxiv.org/abs/2006.12013), equation 8.
    """
    if hidden_dim < 1:
        raise ValueError(f"hidden_dim must be at least 1, got {hidden_dim}.")
    first, second = checked_pairs(first, second)
    training = Training(steps, batch)
    generator = np.random.default_rng(seed)
    parts = split(first, second, CLUB, training.candidates, generator)
    likelihood = _GaussianLikelihood(second.shape[1], hidden_dim)
    likelihood.build((None, first.shape[1]))
    heads = [likelihood.moments]
    return held_out_bound(likelihood, heads, CLUB, parts, training, generator)


class _GaussianLikelihood(keras.layers.Layer):
    """log q(second | first), without the constant that cancels in CLUB."""

    def __init__(self, dim: int, hidden_dim: int) -> None:
        super().__init__(name="gaussian_likelihood")
        self.hidden = keras.Sequential(
            [
                keras.layers.Dense(hidden_dim, activation="relu")
                for _ in range(2)
            ]
        )
        self.moments = keras.layers.Dense(2 * dim)

    def build(self, input_shape: tuple) -> None:
        self.hidden.build(input_shape)
        self.moments.build(self.hidden.compute_output_shape(input_shape))

    def call(self, first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
        """Scores `[pairs]` of `first` and `second` `[pairs, dim]`."""
        moments = self.moments(self.hidden(first))
        mean, log_variance = tf.split(moments, 2, axis=-1)  # [pairs, dim] each
        error = tf.square(second - mean) * tf.exp(-log_variance)
        return -0.5 * tf.reduce_sum(error + log_variance, axis=-1)
