"""What every network shares: norms, initial values, activations, checks."""

import math
from collections.abc import Callable
from collections.abc import Collection
from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.batch_norm import BatchNorm
from mipae_tf.networks.group_norm import GroupNorm

NORMS = ("batch", "batch_unbiased", "group", "none")
ACTIVATIONS = ("tanh", "linear", "unit")


def require_choice(field: str, given: Any, allowed: Collection) -> None:
    """Raises a ValueError in one sentence unless `given` is allowed."""
    if given not in allowed:
        names = ", ".join(repr(value) for value in allowed)
        raise ValueError(f"{field} must be one of {names}, got {given!r}.")


def kernel_initializer() -> keras.initializers.Initializer:
    """N(0, 0.02²), as published for every convolution and dense layer.

    A new object at each call: an unseeded Keras initialiser draws the same
    values again for every kernel that shares it.
    """
    return keras.initializers.RandomNormal(0.0, 0.02)


def normalization(
    kind: str, channels: int, synchronized: bool = False, **kwargs: Any
) -> keras.layers.Layer:
    """A normalisation layer with the published constants.

    PyTorch's momentum 0.1 is Keras' 0.9; epsilon is 1e-5; the scale starts at
    N(1, 0.02²). Group norm uses up to 32 groups of four or more channels.

    Args:
        kind: 'batch', 'batch_unbiased' (see `BatchNorm`), 'group' or 'none',
            which passes its input through.
        channels: number of channels to be normalised.
        synchronized: whether batch statistics are taken over all replicas.
        **kwargs: `dtype`, `name` of the layer.

    Raises:
        ValueError: on another kind.
    """
    require_choice("norm", kind, NORMS)
    if kind == "none":
        return keras.layers.Identity(**kwargs)
    kwargs["epsilon"] = 1e-5
    kwargs["gamma_initializer"] = keras.initializers.RandomNormal(1.0, 0.02)
    if kind == "group":
        return GroupNorm(_groups(channels), **kwargs)
    return BatchNorm(
        unbiased=kind == "batch_unbiased",
        momentum=0.9,
        synchronized=synchronized,
        **kwargs,
    )


def _groups(channels: int) -> int:
    most = max(1, min(32, channels // 4))
    return max(n for n in range(1, most + 1) if channels % n == 0)


def leaky_relu(inputs: tf.Tensor) -> tf.Tensor:
    """Leaky ReLU with the published slope of 0.2."""
    return tf.nn.leaky_relu(inputs, alpha=0.2)


def code_activation(kind: str) -> Callable[[tf.Tensor], tf.Tensor]:
    """What is applied last to a code: `tanh`, nothing, or unit length.

    MIPAE's code ends in tanh; DRNET's paper (arXiv 1705.10915) divides a code
    by its Euclidean length.

    Args:
        kind: 'tanh', 'linear' or 'unit'.

    Raises:
        ValueError: on another kind.
    """
    require_choice("activation", kind, ACTIVATIONS)
    return {"tanh": tf.tanh, "linear": tf.identity, "unit": _unit}[kind]


def _unit(codes: tf.Tensor) -> tf.Tensor:
    return tf.math.l2_normalize(codes, axis=-1)


def torch_uniform(hidden_dim: int) -> keras.initializers.Initializer:
    """U(±1/√hidden), PyTorch's initial values of an LSTM cell's kernels."""
    bound = 1.0 / math.sqrt(hidden_dim)
    return keras.initializers.RandomUniform(-bound, bound)
