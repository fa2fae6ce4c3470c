"""Convolutional networks of frames and of crops."""

from typing import Any
from typing import NamedTuple

import keras

from mipae_tf.networks.layer_stack import LayerStack
from mipae_tf.networks.layers import normalization

LAST_SIZE = 4  # of the smallest feature map of a frame
# Channels of the maps of a frame, from the largest map, as multiples of
# `width`.
MULTIPLES = (1, 2, 4, 4, 8)


class Norm(NamedTuple):
    """How the maps of a network are normalized.

    Attributes:
        kind: one of `layers.NORMS`.
        synchronized: whether batch statistics are computed over all replicas.
    """

    kind: str
    synchronized: bool


def make_encoder(
    size: int, channels: int, widths: tuple[int, ...], norm: Norm
) -> LayerStack:
    """4×4 convolutions with stride 2; gives a vector of features.

    Args:
        size: height and width of the images.
        channels: channels of the images.
        widths: channels of each convolution.
        norm: normalization of the maps.
    """
    layers = [layer for n in widths for layer in _block(n, False, norm)]
    network = LayerStack([*layers, keras.layers.Flatten()])
    network.build((None, size, size, channels))
    return network


def make_decoder(
    size: int, code_dim: int, channels: int, width: int, norm: Norm
) -> LayerStack:
    """Mirrors `make_encoder` of frames; the result is in [0, 1].

    Args:
        size: height and width of the frames.
        code_dim: size of the code.
        channels: channels of the frames.
        width: channels of the largest hidden map.
        norm: normalization of the maps.
    """
    *others, last = frame_widths(size, width)
    network = LayerStack(
        [
            keras.layers.Dense(LAST_SIZE**2 * last, activation="elu"),
            keras.layers.Reshape((LAST_SIZE, LAST_SIZE, last)),
            *(x for n in others[::-1] for x in _block(n, True, norm)),
            keras.layers.Conv2DTranspose(
                channels,
                4,
                strides=2,
                padding="same",
                activation="sigmoid",
                dtype="float32",
            ),
        ]
    )
    network.build((None, code_dim))
    return network


def frame_widths(size: int, width: int) -> tuple[int, ...]:
    """Channels of the maps of a frame, down to the 4×4 map."""
    maps = (size // LAST_SIZE).bit_length() - 1
    return tuple(n * width for n in MULTIPLES[:maps])


def _block(filters: int, transposed: bool, norm: Norm) -> list[Any]:
    kind = keras.layers.Conv2DTranspose if transposed else keras.layers.Conv2D
    conv = kind(
        filters,
        4,
        strides=2,
        padding="same",
        kernel_initializer="he_normal",
    )
    return [
        conv,
        normalization(norm.kind, filters, norm.synchronized),
        keras.layers.Activation("elu"),
    ]
