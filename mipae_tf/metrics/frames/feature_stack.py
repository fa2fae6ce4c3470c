"""Convolutions of a published network, as fixed feature maps."""

import dataclasses
from collections.abc import Mapping
from itertools import chain
from typing import ClassVar

import keras
import numpy as np
import tensorflow as tf

from mipae_tf.keras_settings import keras_defaults
from mipae_tf.networks.layer_stack import LayerStack


@dataclasses.dataclass(frozen=True)
class Convolution:
    """One convolution of a `FeatureStack`, followed by a ReLU.

    Attributes:
        index: its index in torchvision's `features`.
        channels: input channels.
        filters: output channels.
        size: kernel size.
        stride: stride; padding is "valid" if above 1, otherwise "same".
    """

    index: int
    channels: int
    filters: int
    size: int
    stride: int = 1

    def layer(self) -> keras.layers.Conv2D:
        """The layer, in float32."""
        return keras.layers.Conv2D(
            self.filters,
            self.size,
            strides=self.stride,
            padding="same" if self.stride == 1 else "valid",
            activation="relu",
            dtype="float32",
        )


class FeatureStack(keras.layers.Layer):
    """Stages of convolutions with ReLUs, each of which gives a feature map.

    The weights are those of a torchvision network and are not trained. The
    layer computes in float32 under any dtype policy, because its results are
    compared with published values.

    Attributes:
        CONVOLUTIONS: the convolutions of each stage.
        MIN_SIZE: minimum height and width of an image.
    """

    CONVOLUTIONS: ClassVar[tuple[tuple[Convolution, ...], ...]]
    MIN_SIZE: ClassVar[int]

    def __init__(self) -> None:
        super().__init__(trainable=False, dtype="float32")
        with keras_defaults():
            self._layers_of = [
                [convolution.layer() for convolution in stage]
                for stage in self.CONVOLUTIONS
            ]
            self.stages = [
                LayerStack([*self.make_entry(n), *layers], dtype="float32")
                for n, layers in enumerate(self._layers_of)
            ]
        self.build((None, None, None, 3))

    @classmethod
    def weight_shapes(cls) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the weights in torchvision."""
        shapes = {}
        for c in chain(*cls.CONVOLUTIONS):
            kernel = (c.filters, c.channels, c.size, c.size)
            shapes[f"features.{c.index}.weight"] = kernel
            shapes[f"features.{c.index}.bias"] = (c.filters,)
        return shapes

    @classmethod
    def map_channels(cls) -> tuple[int, ...]:
        """Channels of the feature map of each stage."""
        return tuple(stage[-1].filters for stage in cls.CONVOLUTIONS)

    def make_entry(self, stage: int) -> list[keras.layers.Layer]:
        """Layers before the convolutions of a stage, counted from 0."""
        raise NotImplementedError

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the weights of every stage."""
        for stage in self.stages:
            stage.build(input_shape)
            input_shape = stage.compute_output_shape(input_shape)
        self.built = True

    def call(self, images: tf.Tensor) -> list[tf.Tensor]:
        """Feature maps `[batch, height, width, channels]` of RGB images."""
        maps = []
        for stage in self.stages:
            images = stage(images)
            maps.append(images)
        return maps

    def assign(self, weights: Mapping[str, np.ndarray]) -> None:
        """Sets the weights, with the names and shapes of `weight_shapes`."""
        for convolution, layer in zip(
            chain(*self.CONVOLUTIONS), chain(*self._layers_of), strict=True
        ):
            name = f"features.{convolution.index}"
            # From [filters, channels, height, width].
            layer.kernel.assign(weights[f"{name}.weight"].transpose(2, 3, 1, 0))
            layer.bias.assign(weights[f"{name}.bias"])
