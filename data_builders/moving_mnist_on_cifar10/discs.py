"""Discs that bounce off walls and off each other."""

import itertools

import numpy as np


def place(
    count: int, room: float, diameter: float, rng: np.random.Generator
) -> np.ndarray:
    """Uniform positions of discs that do not overlap, `[discs, 2]`.

    Args:
        count: Number of discs.
        room: Positions are from 0 to this on both axes.
        diameter: Smallest distance of two positions; needs enough room.
        rng: Source of the positions.
    """
    while True:
        found = rng.uniform(0, room, (count, 2))
        if all(
            np.hypot(*(found[b] - found[a])) >= diameter
            for a, b in _pairs(count)
        ):
            return found


def bounce(
    start: np.ndarray,
    speed: np.ndarray,
    num_frames: int,
    room: float,
    diameter: float,
) -> np.ndarray:
    """Paths of discs of equal mass in a square, without friction.

    Positions are those of the upper left corners of the squares around the
    discs. At a wall, the speed perpendicular to it changes sign. Two discs
    collide elastically when their distance is a diameter: they exchange the
    parts of their speeds along the line between their centres. The path is
    straight between these events and exact at each: discs never overlap.

    Args:
        start: Positions (x, y), `[discs, 2]`, as `place` returns them.
        speed: Speeds per frame, `[discs, 2]`.
        num_frames: Number of frames.
        room: The largest position on both axes.
        diameter: Of a disc.

    Returns:
        Positions, float `[time, discs, 2]`, all within 0..room.
    """
    position, speed = start.astype(float), speed.astype(float)
    path = np.empty((num_frames, *start.shape))
    now, frame = 0.0, 0  # time of the last event, and the next frame
    while frame < num_frames:
        walls = _until_walls(position, speed, room)  # [discs, 2]
        delay, pair = _until_contact(position, speed, diameter)
        hit = walls.size and walls.min() <= delay
        delay = min(delay, walls.min(initial=np.inf))
        end = num_frames
        if now + delay < num_frames:
            end = int(np.floor(now + delay)) + 1
        times = np.arange(frame, end)[:, None, None] - now
        path[frame:end] = position + speed * times
        if end == num_frames:
            break
        position, now, frame = position + speed * delay, now + delay, end
        if hit:
            speed[walls == walls.min()] *= -1
        else:
            _exchange(position, speed, pair)
    return np.clip(path, 0, room)


def _pairs(count: int):
    return itertools.combinations(range(count), 2)


def _until_walls(
    position: np.ndarray, speed: np.ndarray, room: float
) -> np.ndarray:
    """Time until each disc meets a wall on each axis, `[discs, 2]`."""
    way = np.where(speed > 0, room - position, position)
    time = np.full(speed.shape, np.inf)
    np.divide(way, np.abs(speed), out=time, where=speed != 0)
    return np.maximum(time, 0)


def _until_contact(
    position: np.ndarray, speed: np.ndarray, diameter: float
) -> tuple[float, tuple[int, int]]:
    """Time until two discs touch, infinite if none do, and which two."""
    soonest, which = np.inf, (0, 0)
    for a, b in _pairs(len(position)):
        gap, nearing = position[b] - position[a], speed[b] - speed[a]
        # |gap + nearing * time| = diameter
        along, square = gap @ nearing, nearing @ nearing
        root = along**2 - square * (gap @ gap - diameter**2)
        if along >= 0 or root < 0:
            continue  # they move apart, or pass each other
        time = max(0.0, (-along - np.sqrt(root)) / square)
        if time < soonest:
            soonest, which = time, (a, b)
    return soonest, which


def _exchange(
    position: np.ndarray, speed: np.ndarray, pair: tuple[int, int]
) -> None:
    a, b = pair
    line = position[b] - position[a]
    line /= np.hypot(*line)
    change = (speed[b] - speed[a]) @ line * line
    speed[a] += change
    speed[b] -= change
