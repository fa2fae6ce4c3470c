"""The convolutional networks of DDPAE, for frames and for objects."""

from typing import Any

import keras

from mipae_tf.networks.conv_block import ConvBlock
from mipae_tf.networks.layer_stack import LayerStack
from mipae_tf.networks.layers import kernel_initializer
from mipae_tf.networks.layers import leaky_relu

LAST_SIZE = 4  # of the smallest feature map


def make_encoder(
    size: int, code_dim: int, width: int, norm: str, synchronized: bool
) -> LayerStack:
    """4×4 convolutions with stride 2 down to a 4×4 map, then a linear code.

    The first convolution has `width` channels and no normalization, every
    other one twice the channels of the one before.

    Args:
        size: height and width of the images, a power of two of at least 8.
        code_dim: size of a code.
        width: channels of the first convolution.
        norm: one of `mipae_tf.networks.layers.NORMS`.
        synchronized: whether batch statistics are computed over all replicas.
    """
    first = keras.layers.Conv2D(
        width,
        4,
        strides=2,
        padding="same",
        activation=leaky_relu,
        **_unbiased(),
    )
    others = [
        ConvBlock(n, 4, strides=2, norm=norm, synchronized=synchronized)
        for n in _channels(size, width)[1:]
    ]
    code = keras.layers.Conv2D(
        code_dim, LAST_SIZE, dtype="float32", **_unbiased()
    )
    flat = keras.layers.Flatten(dtype="float32")
    return LayerStack([first, *others, code, flat])


def make_decoder(
    size: int,
    code_dim: int,
    channels: int,
    width: int,
    norm: str,
    synchronized: bool,
) -> LayerStack:
    """Mirrors `make_encoder`; the result is in [0, 1].

    Args:
        size: height and width of the images, a power of two of at least 8.
        code_dim: size of a code.
        channels: channels of an image.
        width: channels of the largest hidden feature map.
        norm: one of `mipae_tf.networks.layers.NORMS`.
        synchronized: whether batch statistics are computed over all replicas.
    """
    block = {
        "kernel_size": 4,
        "norm": norm,
        "activation": "relu",
        "transposed": True,
        "synchronized": synchronized,
    }
    last, *others = _channels(size, width)[::-1]
    return LayerStack(
        [
            keras.layers.Reshape((1, 1, code_dim)),
            ConvBlock(last, padding="valid", **block),
            *(ConvBlock(n, strides=2, **block) for n in others),
            keras.layers.Conv2DTranspose(
                channels,
                4,
                strides=2,
                padding="same",
                activation="sigmoid",
                dtype="float32",
                **_unbiased(),
            ),
        ]
    )


def _channels(size: int, width: int) -> list[int]:
    """Channels of the feature maps, from the largest map to the 4×4 map."""
    maps = (size // LAST_SIZE).bit_length() - 1
    return [width * 2**n for n in range(maps)]


def _unbiased() -> dict[str, Any]:
    return {"use_bias": False, "kernel_initializer": kernel_initializer()}
