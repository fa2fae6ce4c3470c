"""Arguments that all convolutional networks of a model share."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from mipae_tf.models.config import ModelConfig


def network_options(
    config: ModelConfig, frame_shape: tuple[int, int, int]
) -> dict[str, Any]:
    """Keyword arguments of `make_encoder` and `make_decoder`.

    With several replicas, batch statistics are computed over the global
    batch.
    """
    norm = config.normalization
    if norm == "batch" and config.layer_rules == "torch":
        norm = "batch_unbiased"
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    return {
        "frame_size": frame_shape[0],
        "width": config.width,
        "norm": norm,
        "synchronized": replicas > 1,
    }


def require_square(
    frame_shape: tuple[int, int, int], sizes: Sequence[int]
) -> None:
    """Raises a ValueError unless frames are square and of one of the sizes.

    Args:
        frame_shape: (height, width, channel).
        sizes: the heights that a model supports.
    """
    height, width, _ = frame_shape
    if height != width or height not in sizes:
        allowed = ", ".join(f"{size}x{size}" for size in sizes)
        raise ValueError(
            f"frame_size must be one of {allowed}, got {height}x{width}."
        )
