"""The published motion of the arm of MPI3D."""

import numpy as np


def swing(
    start: np.ndarray, speed: np.ndarray, num_frames: int, size: int
) -> np.ndarray:
    """Moves both axes at constant speeds within 0..size - 1.

    The rule of the published clips (MIPAE, arXiv 2011.08614). The horizontal
    axis bounces: a position beyond an end becomes the end, so that the
    overshoot is lost, and its speed changes sign. The vertical axis wraps:
    beyond an end it continues at the other end, while the horizontal axis is
    mirrored, to size - 1 minus its position, and its speed changes sign.

    Args:
        start: First positions (horizontal, vertical), `[2]`.
        speed: Steps per frame of both axes, `[2]`.
        num_frames: Number of frames.
        size: Number of positions of an axis.

    Returns:
        Positions (horizontal, vertical), int32 `[time, 2]`.
    """
    (across, up), (across_speed, up_speed) = map(int, start), map(int, speed)
    last = size - 1
    path = np.empty((num_frames, 2), np.int32)
    for time in range(num_frames):
        if not 0 <= across <= last:
            across = min(max(across, 0), last)
            across_speed = -across_speed
        if not 0 <= up <= last:
            up %= size
            across = last - across
            across_speed = -across_speed
        path[time] = across, up
        across += across_speed
        up += up_speed
    return path
