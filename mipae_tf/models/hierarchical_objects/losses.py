"""The losses of eq. 4 to 8, R1, and the price of masks, in nats.

Weights of objects are 1 for objects that are present and 0 for the others.
"""

import tensorflow as tf

from mipae_tf.models.hierarchical_objects.scene import FAR
from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import standard_gaussian
from mipae_tf.objectives.elbo import gaussian_kl


def reconstruction(
    frames: tf.Tensor, drawn: tf.Tensor, variance: float
) -> tf.Tensor:
    """-log N(x; x̂, variance I) without its constant, in nats per frame."""
    squares = tf.reduce_sum(tf.square(frames - drawn), axis=(-3, -2, -1))
    return tf.reduce_mean(squares) / (2.0 * variance)


def background_loss(own: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """Eq. 4, L_back = ‖z_back - z'_back‖², mean over `[batch, dim]`."""
    return tf.reduce_mean(tf.reduce_sum(tf.square(own - other), axis=-1))


def triplet_loss(
    distances: tf.Tensor,
    present: tf.Tensor,
    other_present: tf.Tensor,
    margin: float,
) -> tf.Tensor:
    """Eq. 5, L_c = [‖z_c^i - z'_c^j1‖² - ‖z_c^i - z'_c^j2‖² + β]_+.

    j1 is the nearest and j2 the second nearest of the objects of the other
    frame. The sum is over objects i of a frame for which all are present.

    Args:
        distances: `[batch, objects i, objects j]`.
        present: of objects i, `[batch, objects]`.
        other_present: of objects j, `[batch, objects]`.
        margin: β.
    """
    if distances.shape[-1] < 2:
        return tf.constant(0.0)
    far = distances + FAR * (1.0 - other_present)[:, None]
    nearest = -tf.math.top_k(-far, 2).values  # [batch, objects, 2]
    two = tf.cast(tf.reduce_sum(other_present, axis=-1) >= 2.0, tf.float32)
    weight = present * two[:, None]
    apart = tf.nn.relu(nearest[..., 0] - nearest[..., 1] + margin)
    return per_frame(tf.where(weight > 0.0, apart, 0.0), weight)


def discriminator_loss(
    other: tf.Tensor,
    same: tf.Tensor,
    other_weight: tf.Tensor,
    same_weight: tf.Tensor,
) -> tf.Tensor:
    """Eq. 6, E[-log Dis(other clip)] + E[-log(1 - Dis(same object))].

    So the label 1 means poses of different clips.

    Args:
        other: logits of pairs of poses from two clips.
        same: logits of pairs of poses of one object.
        other_weight: weights of the pairs, of the shape of `other`.
        same_weight: weights of the pairs, of the shape of `same`.
    """
    return per_frame(tf.nn.softplus(-other), other_weight) + per_frame(
        tf.nn.softplus(same), same_weight
    )


def pose_loss(same: tf.Tensor, weight: tf.Tensor, objective: str) -> tf.Tensor:
    """Eq. 7, what the pose encoder minimizes.

    Args:
        same: logits of pairs of poses of one object.
        weight: weights of the pairs.
        objective: 'published', E[log(1 - Dis(same object))], or 'bounded',
            E[-log Dis(same object)].
    """
    if objective == "published":
        return -per_frame(tf.nn.softplus(same), weight)
    return per_frame(tf.nn.softplus(-same), weight)


def mask_loss(masks: tf.Tensor) -> tf.Tensor:
    """Eq. 8, (mean mask - 1/2)², the mean over objects.

    Args:
        masks: in the coordinates of the object,
            `[batch, objects, size, size, 1]`.
    """
    means = tf.reduce_mean(masks, axis=(2, 3, 4))  # [batch, objects]
    return tf.reduce_mean(tf.square(means - 0.5))


def area(masks: tf.Tensor) -> tf.Tensor:
    """Pixels that masks cover, per frame; not in the paper.

    Args:
        masks: in the frame, `[batch, objects, height, width, 1]`.
    """
    return tf.reduce_mean(tf.reduce_sum(masks, axis=(1, 2, 3, 4)))


def gradient_penalty(gradient: tf.Tensor) -> tf.Tensor:
    """R1 without its weight, E‖∇D(x)‖² / 2.

    Args:
        gradient: of the logits, at true frames
            `[batch, height, width, channel]`.
    """
    squares = tf.reduce_sum(tf.square(gradient), axis=(1, 2, 3))
    return 0.5 * tf.reduce_mean(squares)


def kl_to_prior(posterior: Gaussian, weight: tf.Tensor | None = None):
    """KL(q || N(0, I)) in nats per frame.

    Args:
        posterior: `[batch, dim]`, or `[batch, objects, dim]`, whose sum over
            objects is taken.
        weight: weights of objects, `[batch, objects]`.
    """
    kl = gaussian_kl(posterior, standard_gaussian(tf.shape(posterior.mean)))
    if weight is not None:
        kl = tf.reduce_sum(weight * kl, axis=-1)
    return tf.reduce_mean(kl)


def per_frame(values: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Weighted sum over objects, and its mean over frames.

    Args:
        values: `[batch, objects]`.
        weights: of the same shape.
    """
    return tf.reduce_mean(tf.reduce_sum(weights * values, axis=-1))
