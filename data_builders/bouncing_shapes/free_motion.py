"""Motion without forces: straight lines from wall to wall."""

import math

import numpy as np
from mipae_tf.data_builders.bouncing_shapes.start import Start


def states(
    start: Start, times: np.ndarray, frame_size: int, random_bounces: bool
) -> np.ndarray:
    """Positions and angles at any times of a clip.

    Bounces are exact, also between frames: a path is a list of corners that are
    connected by straight lines.

    Args:
        start: The start of the clip.
        times: From 0 to the time of the last frame, `[times]`.
        frame_size: Distance of the walls; the circle around an object does not
            cross them.
        random_bounces: Whether objects leave walls in random directions.

    Returns:
        x, y and angle, `[times, objects, 3]`; angles are not wrapped.
    """
    found = np.empty((len(times), len(start), 3))
    for n in range(len(start)):
        rng = None
        if random_bounces:
            rng = np.random.default_rng([start.bounce_seed, n])
        low = float(start.size[n])
        corner = _corners(start, n, (low, frame_size - low), rng)
        when, x, y = np.array(corner).T
        found[:, n, 0] = np.interp(times, when, x)
        found[:, n, 1] = np.interp(times, when, y)
        found[:, n, 2] = start.angle[n] + start.spin[n] * times
    return found


def _corners(
    start: Start,
    n: int,
    walls: tuple[float, float],
    rng: np.random.Generator | None,
) -> list[tuple[float, float, float]]:
    """Time, x and y of each change of velocity of object n, and of the end."""
    place, speed = start.position[n].tolist(), start.velocity[n].tolist()
    now, corners = 0.0, [(0.0, *place)]
    pushes = [(float(start.times[-1]), (0.0, 0.0))]
    if n < start.pushes.shape[1]:
        pushes = zip(start.times.tolist(), start.pushes[:, n].tolist())
    for until, push in pushes:
        while now < until:
            waits = [_wait(place[k], speed[k], walls) for k in (0, 1)]
            axis = int(waits[1] < waits[0])
            step = min(waits[axis], until - now)
            now += step
            place = [p + s * step for p, s in zip(place, speed)]
            if step == waits[axis]:
                place[axis] = walls[speed[axis] > 0]
                speed = _bounced(speed, axis, rng)
            else:
                now = until
            corners.append((now, *place))
        speed = [s + p for s, p in zip(speed, push)]
    return corners


def _wait(place: float, speed: float, walls: tuple[float, float]) -> float:
    """The time until the wall."""
    if speed == 0:
        return math.inf
    return max(0.0, (walls[speed > 0] - place) / speed)


def _bounced(
    speed: list[float], axis: int, rng: np.random.Generator | None
) -> list[float]:
    """The velocity after a wall that is perpendicular to the axis."""
    inward = -1 if speed[axis] > 0 else 1
    if rng is None:
        inward_speed, other = abs(speed[axis]), speed[1 - axis]
    else:
        angle = rng.uniform(-math.pi / 2, math.pi / 2)
        inward_speed = math.hypot(*speed) * math.cos(angle)
        other = math.hypot(*speed) * math.sin(angle)
    after = [other, other]
    after[axis] = inward * inward_speed
    return after
