"""Shared by all networks: norms, initializers, activations and checks."""

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
    """Raises a ValueError unless `given` is one of the allowed values."""
    if given not in allowed:
        names = ", ".join(repr(value) for value in allowed)
        raise ValueError(f"{field} must be one of {names}, got {given!r}.")


def kernel_initializer() -> keras.initializers.Initializer:
    """N(0, 0.02²), as published for every convolution and dense layer.

    Each call returns a new object: an unseeded Keras initializer that is shared
    by several kernels gives all of them the same values.
    """
    return keras.initializers.RandomNormal(0.0, 0.02)


def normalization(
    kind: str, channels: int, synchronized: bool = False, **kwargs: Any
) -> keras.layers.Layer:
    """Returns a normalisation layer with the published constants.

    The momentum is 0.9, which PyTorch calls 0.1; epsilon is 1e-5; the scale is
    initialised to N(1, 0.02²). Group norm uses up to 32 groups of at least four
    channels.

    Args:
        kind: 'batch', 'batch_unbiased' (see `BatchNorm`), 'group' or 'none',
            which is the identity.
        channels: number of channels to normalise.
        synchronized: whether batch statistics are computed over all replicas.
        **kwargs: `dtype`, `name` of the layer.

    Raises:
        ValueError: if the kind is unknown.
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
    """Activation of a code: tanh, identity, or normalisation to unit length.

    The MIPAE code uses tanh; the DRNET paper (arXiv 1705.10915) divides a code
    by its Euclidean norm.

    Args:
        kind: 'tanh', 'linear' or 'unit'.

    Raises:
        ValueError: if the kind is unknown.
    """
    require_choice("activation", kind, ACTIVATIONS)
    return {"tanh": tf.tanh, "linear": tf.identity, "unit": _unit}[kind]


def _unit(codes: tf.Tensor) -> tf.Tensor:
    return tf.math.l2_normalize(codes, axis=-1)


def torch_uniform(hidden_dim: int) -> keras.initializers.Initializer:
    """U(±1/√hidden), PyTorch's initializer for the kernels of an LSTM cell."""
    bound = 1.0 / math.sqrt(hidden_dim)
    return keras.initializers.RandomUniform(-bound, bound)
