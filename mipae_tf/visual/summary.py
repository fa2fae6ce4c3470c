"""Pictures and animations for TensorBoard."""

import numpy as np
import tensorflow as tf
from tensorboard.plugins.image import metadata

from mipae_tf.visual.animation import encode_gif
from mipae_tf.visual.png import encode_png


def write_gif_summary(
    tag: str, frames: np.ndarray, step: int, fps: float = 10
) -> bool:
    """Writes an animation to the default summary writer.

    TensorBoard has no video summary, but its image tab plays a GIF that is
    written as an encoded image.

    Args:
        tag: Name in TensorBoard.
        frames: uint8 [time, height, width, 1 or 3].
        step: Training step of the frames.
        fps: Frames per second.

    Returns:
        Whether it was written; False without a default writer.
    """
    return _write(tag, encode_gif(frames, fps), frames.shape[1:3], step)


def write_image_summary(tag: str, image: np.ndarray, step: int) -> bool:
    """Writes a uint8 [height, width, 1 or 3] picture, see above."""
    return _write(tag, encode_png(image), image.shape[:2], step)


def _write(tag: str, data: bytes, size: tuple[int, int], step: int) -> bool:
    height, width = size
    return bool(
        tf.summary.write(
            tag,
            # The order of the image plugin: width, height, images.
            tf.constant([str(width).encode(), str(height).encode(), data]),
            step=step,
            metadata=metadata.create_summary_metadata(
                display_name=None, description=None
            ),
        )
    )
