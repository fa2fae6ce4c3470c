"""Standardization of codes by the statistics of the training clips."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf


class Standardizer(keras.layers.Layer):
    """Mean and deviation of a code, saved with the weights.

    Args:
        dim: size of the code.
        **kwargs: `name` of the layer.
    """

    def __init__(self, dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mean = self.add_weight(
            shape=(dim,), initializer="zeros", trainable=False, name="mean"
        )
        self.deviation = self.add_weight(
            shape=(dim,), initializer="ones", trainable=False, name="deviation"
        )
        self.built = True

    def fit(self, codes: np.ndarray) -> None:
        """Sets the mean and the deviation to those of codes `[..., dim]`.

        Constant dimensions become 0; they are not amplified.
        """
        flat = codes.reshape(-1, codes.shape[-1]).astype(np.float64)
        deviation = flat.std(axis=0)
        self.mean.assign(flat.mean(axis=0))
        self.deviation.assign(np.where(deviation > 1e-6, deviation, 1.0))

    def standardize(self, codes: tf.Tensor) -> tf.Tensor:
        """Codes `[..., dim]` with the mean 0 and the deviation 1."""
        return (codes - self.mean) / self.deviation
