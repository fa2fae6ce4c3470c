"""Terms of the evidence lower bound, in nats."""

import tensorflow as tf
import tensorflow_probability as tfp

Parts = tuple[tf.Tensor, tf.Tensor]


def gaussian_kl(posterior: Parts, prior: Parts) -> tf.Tensor:
    """KL(q || p) of diagonal Gaussians in nats, summed over the last axis.

    Args:
        posterior: mean and log of the standard deviation, `[..., dim]` each.
        prior: the same of p.

    Returns:
        `[...]`, at least 0.
    """
    return tfp.distributions.kl_divergence(
        _distribution(posterior), _distribution(prior)
    )


def pixel_log_likelihood(
    frames: tf.Tensor, means: tf.Tensor, variance: float
) -> tf.Tensor:
    """log N(x; mean, variance I) of frames in nats, summed over pixels.

    For the variance 0.25 of a published model, the constant term is -2774.5
    nats for a frame of 64 by 64 by 3.

    Args:
        frames: `[..., height, width, channel]` in [0, 1].
        means: decoded frames, the same shape.
        variance: variance of the observation noise.

    Returns:
        `[...]`.
    """
    pixel = tfp.distributions.Normal(means, tf.sqrt(tf.constant(variance)))
    return tf.reduce_sum(pixel.log_prob(frames), axis=(-3, -2, -1))


def warm_up(step: tf.Tensor, steps: int) -> tf.Tensor:
    """Weight of the KL term: a linear warm-up from 0 to 1 over `steps`."""
    if steps == 0:
        return tf.constant(1.0)
    return tf.minimum(1.0, tf.cast(step + 1, tf.float32) / steps)


def _distribution(parts: Parts) -> tfp.distributions.Distribution:
    mean, log_scale = parts
    return tfp.distributions.MultivariateNormalDiag(mean, tf.exp(log_scale))
