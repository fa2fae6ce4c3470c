"""Boxes around objects."""

import numpy as np

from mipae_tf.visual.canvas import CONTENT_COLOUR
from mipae_tf.visual.canvas import CONTEXT_COLOUR
from mipae_tf.visual.canvas import FORECAST_COLOUR
from mipae_tf.visual.canvas import POSE_COLOUR
from mipae_tf.visual.canvas import as_rgb
from mipae_tf.visual.canvas import enlarge

# Of the objects in turn.
COLOURS = (FORECAST_COLOUR, CONTEXT_COLOUR, CONTENT_COLOUR, POSE_COLOUR)


def draw_boxes(
    frames: np.ndarray, masks: np.ndarray, scale: int = 2
) -> np.ndarray:
    """Enlarges frames and draws a box around each object.

    Args:
        frames: uint8 [time, height, width, 1 or 3].
        masks: bool [time, height, width, objects]; an object without pixels
            gets no box.
        scale: Pixels of the picture per pixel of a frame.

    Returns:
        uint8 [time, height * scale, width * scale, 3].

    Raises:
        ValueError: If a type is wrong, or the shapes do not match.
    """
    frames = as_rgb(frames, "frames", ("time", "height", "width"))
    if masks.shape[:3] != frames.shape[:3]:
        raise ValueError(
            "masks must be [time, height, width, objects] for frames "
            f"{list(frames.shape)}, got {list(masks.shape)}."
        )
    pictures = enlarge(frames, scale).copy()
    for picture, objects in zip(pictures, masks, strict=True):
        for index in range(objects.shape[-1]):
            rows = np.flatnonzero(objects[..., index].any(axis=1))
            columns = np.flatnonzero(objects[..., index].any(axis=0))
            if len(rows):
                span = [
                    slice(scale * line[0], scale * (line[-1] + 1))
                    for line in (rows, columns)
                ]
                _frame(picture[span[0], span[1]], COLOURS[index % len(COLOURS)])
    return pictures


def _frame(region: np.ndarray, colour: tuple) -> None:
    """Colours the outermost pixels of a region in place."""
    region[[0, -1]] = colour
    region[:, [0, -1]] = colour
