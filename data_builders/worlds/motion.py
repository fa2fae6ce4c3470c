"""Integer trajectories of objects that bounce, wrap or are redirected.

Every function returns positions, int32, with time on the first axis. In the
rules with a wall the position is looked at before it is drawn: the wall
corrects it and turns the speed, the frame shows the corrected position, then
the speed is added. Speeds are in grid steps per frame.
"""

import numpy as np


def clamp(
    start: np.ndarray,
    speed: np.ndarray,
    num_frames: int,
    limit: int,
    high: int,
) -> np.ndarray:
    """Bounces as the published clips do: the overshoot is lost.

    Below 0 the position becomes 0, at `limit` or above it becomes `high`, and
    either way the speed changes sign. Where `limit == high` an object that
    starts on the far wall moving inward is turned outward first, and so stays
    on the wall for a second frame; this is the published behaviour (MIPAE,
    arXiv 2011.08614, the authors' moving dSprites), kept on purpose.

    Args:
        start: Integer positions in 0..high, `[...]`.
        speed: Integer speeds, the same shape.
        num_frames: Frames to return.
        limit: The first position that counts as beyond the far wall.
        high: The position put in its place.

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
    """Bounces exactly: what overshoots a wall comes back by as much.

    The path is a triangle wave, so every position is known without a loop and
    no distance is lost at a wall.

    Args:
        start: Integer positions in 0..high, `[...]`.
        speed: Integer speeds, the same shape.
        num_frames: Frames to return.
        high: The far wall; the near one is 0.

    Returns:
        Positions, int32 `[time, ...]`, all within 0..high.
    """
    unfolded = _straight(start, speed, num_frames) % (2 * high)
    return np.minimum(unfolded, 2 * high - unfolded).astype(np.int32)


def wrap(
    start: np.ndarray, speed: np.ndarray, num_frames: int, modulus: int
) -> np.ndarray:
    """Goes round a ring of `modulus` values: int32 `[time, ...]`."""
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
    """Takes a new random speed at each wall (stochastic Moving MNIST).

    The rule of SVG (arXiv 1802.07687): at a wall the position is set as in
    `clamp` and both speeds of the object are drawn anew, the one across the
    wall from 1..max_speed pointing inward, the other from
    -max_speed..max_speed. The vertical wall is looked at after the horizontal
    one, so in a corner the last draw stands.

    Args:
        start: One object's (x, y), `[2]`, each in 0..high.
        speed: Its speeds along x and y, `[2]`.
        num_frames: Frames to return.
        limit: The first position that counts as beyond the far wall.
        high: The position put in its place.
        max_speed: Largest speed drawn.
        rng: Where the new speeds come from.

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
