"""Layers one after another, as one layer."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("mipae_tf")
class LayerStack(keras.layers.Layer):
    """Applies layers in turn.

    Unlike `keras.Sequential` it has a dtype policy, so that no layer of a
    network in mixed precision is wrapped in a model of another precision.

    Args:
        stack: the layers, first to last.
        **kwargs: `dtype`, `name` of the layer.
    """

    def __init__(
        self, stack: Sequence[keras.layers.Layer], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.stack = list(stack)

    def build(self, input_shape: tuple) -> None:
        """Builds every layer on the shape that the one before it gives."""
        for layer in self.stack:
            if not layer.built:  # as it is where it was read from a config
                layer.build(input_shape)
            input_shape = layer.compute_output_shape(input_shape)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Shape that the last layer gives."""
        for layer in self.stack:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def call(
        self, inputs: tf.Tensor, training: bool | None = None
    ) -> tf.Tensor:
        """Passes the inputs through all layers."""
        # Keras hands `training` down to those layers that know it.
        for layer in self.stack:
            inputs = layer(inputs)
        return inputs

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        stack = [keras.saving.serialize_keras_object(x) for x in self.stack]
        return {**super().get_config(), "stack": stack}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "LayerStack":
        """A stack of layers made from their own configurations."""
        config = dict(config)
        stack = config.pop("stack")
        stack = [keras.saving.deserialize_keras_object(x) for x in stack]
        return cls(stack, **config)
