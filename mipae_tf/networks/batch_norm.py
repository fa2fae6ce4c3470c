"""Batch normalisation of maps in one kernel."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.replicas import replica_place


@keras.saving.register_keras_serializable("mipae_tf")
class BatchNorm(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization`, trained on maps by a fused kernel.

    Keras takes the moments and scales in passes of their own, of which the
    gradient has more; the kernel makes a step of the published networks 5 %
    faster on a CPU. The result is that of Keras' layer to rounding, which does
    whatever the kernel cannot: codes, moments over all replicas, inference.

    Args:
        unbiased: whether the moving variance takes up n / (n - 1) times the
            variance of the n numbers of a batch, as Algorithm 2 of the paper
            and PyTorch have it. Keras takes the variance itself. It makes a
            difference at inference alone.
        **kwargs: those of `keras.layers.BatchNormalization`.

    Raises:
        ValueError: for `unbiased` with `renorm`, or in training with a mask.

    References:
        - Batch Normalization (https://arxiv.org/abs/1502.03167).
    """

    def __init__(self, *, unbiased: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if unbiased and self.renorm:
            raise ValueError("unbiased=True does not go with renorm=True.")
        self.unbiased = unbiased

    def call(
        self,
        inputs: tf.Tensor,
        training: bool | None = None,
        mask: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """Maps [batch, height, width, channel] or codes [batch, channel]."""
        learns = training and self.trainable
        if learns and mask is None and self._fits(inputs):
            return self._fused(inputs)
        if not (learns and self.unbiased):
            return super().call(inputs, training=training, mask=mask)
        if mask is not None:
            raise ValueError("unbiased=True takes no mask.")
        before = tf.identity(self.moving_variance)
        normal = super().call(inputs, training=training)
        # Keras took up the variance v; n v / (n - 1) is v + v / (n - 1).
        taken_up = self.moving_variance - self.momentum * before
        others = tf.maximum(self._count(inputs) - 1.0, 1.0)
        self.moving_variance.assign_add(
            taken_up / tf.cast(others, taken_up.dtype)
        )
        return normal

    def _fused(self, inputs: tf.Tensor) -> tf.Tensor:
        """Normalised maps, the moving averages updated."""
        nothing = tf.zeros([0])
        maps = tf.cast(inputs, tf.float32)
        normal, mean, unbiased, *_ = tf.raw_ops.FusedBatchNormV3(
            x=maps,
            scale=self.gamma,
            offset=self.beta,
            mean=nothing,
            variance=nothing,
            epsilon=self.epsilon,
        )
        variance = unbiased
        if not self.unbiased:
            count = self._count(maps)
            variance = unbiased * (count - 1.0) / count
        for average, value in (
            (self.moving_mean, mean),
            (self.moving_variance, variance),
        ):
            average.assign(
                average * self.momentum + value * (1.0 - self.momentum)
            )
        return tf.cast(normal, inputs.dtype)

    def _count(self, inputs: tf.Tensor) -> tf.Tensor:
        """How many numbers a variance is taken of, on all replicas."""
        own = tf.cast(tf.size(inputs) / inputs.shape[self.axis], tf.float32)
        return own * (replica_place()[1] if self.synchronized else 1)

    def _fits(self, inputs: tf.Tensor) -> bool:
        """Whether the kernel can do what this layer was made for."""
        return (
            len(inputs.shape) == 4
            and self.axis in (-1, 3)
            and self.scale
            and self.center
            and not self.renorm
            and not self.synchronized
            and self.gamma.dtype == "float32"
        )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "unbiased": self.unbiased}
