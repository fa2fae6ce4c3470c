"""A sequence of layers as one layer."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("mipae_tf")
class LayerStack(keras.layers.Layer):
    """Applies layers in sequence.

    Unlike `keras.Sequential`, it has a dtype policy, so that the layers of a
    network in mixed precision are not wrapped in a model of another precision.

    Args:
        stack: the layers, in order.
        **kwargs: `dtype`, `name` of the layer.
    """

    def __init__(
        self, stack: Sequence[keras.layers.Layer], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.stack = list(stack)

    def build(self, input_shape: tuple) -> None:
        """Builds every layer for the output shape of the previous one."""
        for layer in self.stack:
            if not layer.built:  # layers from a config may be built already
                layer.build(input_shape)
            input_shape = layer.compute_output_shape(input_shape)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Output shape of the last layer."""
        for layer in self.stack:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def call(
        self, inputs: tf.Tensor, training: bool | None = None
    ) -> tf.Tensor:
        """Applies all layers to the inputs."""
        # Keras passes `training` on to the layers that have this argument.
        for layer in self.stack:
            inputs = layer(inputs)
        return inputs

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        stack = [keras.saving.serialize_keras_object(x) for x in self.stack]
        return {**super().get_config(), "stack": stack}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "LayerStack":
        """Creates a stack with layers from their configs."""
        config = dict(config)
        stack = config.pop("stack")
        stack = [keras.saving.deserialize_keras_object(x) for x in stack]
        return cls(stack, **config)
