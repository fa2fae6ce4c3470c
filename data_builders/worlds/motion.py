"""Integer trajectories of objects that bounce, wrap or change speed.

Every function returns positions, int32, with time on the first axis. At a wall,
the position is corrected and the speed is changed first; the corrected position
is the position of the frame; then the speed is added. Speeds are in grid steps
per frame.
"""

import numpy as np


def clamp(
    start: np.ndarray,
    speed: np.ndarray,
    num_frames: int,
    limit: int,
    high: int,
) -> np.ndarray:
    """Bounces as in the published clips: the overshoot is lost.

    A position below 0 becomes 0, and a position of `limit` or above becomes
    `high`; in both cases the speed changes sign. If `limit == high`, an object
    that starts at the far wall and moves inward is first turned outward, and
    stays at the wall for a second frame. This is intended: it is the published
    behaviour (MIPAE, arXiv 2011.08614, the authors' moving dSprites).

    Args:
        start: Integer positions in 0..high, `[...]`.
        speed: Integer speeds, the same shape.
        num_frames: Number of frames.
        limit: The first position beyond the far wall.
        high: The position that replaces it.

    Returns:
        Positions, int32 `[time, ...]`, all within 0..high.
    """
    position, speed = np.array(start), np.array(speed)
    path = np.empty((num_frames, *position.shape), np.int32)
    for time in range(num_frames):
        hit = (position < 0) | (position >= limit)
        position = np.where(position < 0, 0, position)
        position = np.where(position >= limit, high, position)
        speed = np.where(hit, -speed, speed)
        path[time] = position
        position = position + speed
    return path


def reflect(
    start: np.ndarray, speed: np.ndarray, num_frames: int, high: int
) -> np.ndarray:
    """Bounces exactly: the overshoot is reflected at the wall.

    The path is a triangle wave, so that positions are computed without a loop
    and no distance is lost at a wall.

    Args:
        start: Integer positions in 0..high, `[...]`.
        speed: Integer speeds, the same shape.
        num_frames: Number of frames.
        high: The far wall; the near one is 0.

    Returns:
        Positions, int32 `[time, ...]`, all within 0..high.
    """
    unfolded = _straight(start, speed, num_frames) % (2 * high)
    return np.minimum(unfolded, 2 * high - unfolded).astype(np.int32)


def wrap(
    start: np.ndarray, speed: np.ndarray, num_frames: int, modulus: int
) -> np.ndarray:
    """Moves on a ring of `modulus` values: int32 `[time, ...]`."""
    return (_straight(start, speed, num_frames) % modulus).astype(np.int32)


def redraw(
    start: np.ndarray,
    speed: np.ndarray,
    num_frames: int,
    limit: int,
    high: int,
    max_speed: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draws a new random speed at each wall (stochastic Moving MNIST).

    The rule of SVG (arXiv 1802.07687): at a wall the position is set as in
    `clamp`, and both speeds of the object are drawn again: the speed
    perpendicular to the wall from 1..max_speed, pointing inward, and the other
    from -max_speed..max_speed. Vertical walls are checked after horizontal
    ones, so that in a corner the second draw is used.

    Args:
        start: Position (x, y) of one object, `[2]`, each in 0..high.
        speed: Its speeds along x and y, `[2]`.
        num_frames: Number of frames.
        limit: The first position beyond the far wall.
        high: The position that replaces it.
        max_speed: Maximum speed.
        rng: Source of the new speeds.

    Returns:
        Positions (x, y), int32 `[time, 2]`, all within 0..high.
    """
    position, speed = np.array(start), np.array(speed)
    path = np.empty((num_frames, 2), np.int32)
    for time in range(num_frames):
        for axis in (1, 0):
            if 0 <= position[axis] < limit:
                continue
            inward = 1 if position[axis] < 0 else -1
            position[axis] = 0 if inward == 1 else high
            speed = rng.integers(-max_speed, max_speed, 2, endpoint=True)
            speed[axis] = inward * rng.integers(1, max_speed, endpoint=True)
        path[time] = position
        position = position + speed
    return path


def _straight(
    start: np.ndarray, speed: np.ndarray, num_frames: int
) -> np.ndarray:
    start, speed = np.asarray(start), np.asarray(speed)
    time = np.arange(num_frames).reshape(-1, *[1] * start.ndim)  # [time, 1..]
    return start + speed * time
