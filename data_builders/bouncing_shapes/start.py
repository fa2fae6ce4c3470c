"""Draws what a clip starts from; the rest of it follows."""

import dataclasses

import numpy as np
from mipae_tf.data_builders.bouncing_shapes.shapes_config import ShapesConfig

STEPS = 16  # times of frames are multiples of 1 / STEPS


@dataclasses.dataclass
class Start:
    """The random choices of a clip with n objects.

    Attributes:
        shape: Index into the shapes of the configuration, `[n]`.
        size: Radius of the circle around each shape, `[n]`.
        mass: `[n]`.
        depth: Ranks from the front, `[n]`.
        colour: First colour in [0, 1), `[n]`.
        colour_speed: Change of the colour per unit of time, `[n]`.
        position: Columns and rows of the centroids, `[n, 2]`.
        velocity: `[n, 2]`.
        angle: `[n]`.
        spin: Angular speeds, `[n]`.
        background: Number of the background.
        times: Times of the frames, `[time]`.
        pushes: Changes of velocity at these times, `[time, pushed, 2]`.
        bounce_seed: Seed of directions at walls.
    """

    shape: np.ndarray
    size: np.ndarray
    mass: np.ndarray
    depth: np.ndarray
    colour: np.ndarray
    colour_speed: np.ndarray
    position: np.ndarray
    velocity: np.ndarray
    angle: np.ndarray
    spin: np.ndarray
    background: int
    times: np.ndarray
    pushes: np.ndarray
    bounce_seed: int

    def __len__(self) -> int:
        return len(self.shape)


def draw_start(config: ShapesConfig, rng: np.random.Generator) -> Start:
    """Draws the start of a clip."""
    n = rng.integers(config.min_objects, config.objects, endpoint=True)
    size = rng.uniform(config.min_size, config.max_size, n)
    position = _places(config, size, rng)
    heading = rng.uniform(0, 2 * np.pi, n)
    velocity = np.stack([np.cos(heading), np.sin(heading)], -1)  # [n, 2]
    velocity *= rng.uniform(config.min_speed, config.max_speed, (n, 1))
    change = config.colour_change
    return Start(
        shape=rng.integers(len(config.shapes), size=n),
        size=size,
        mass=rng.uniform(1, config.max_mass, n),
        depth=rng.permutation(n),
        colour=rng.random(n),
        colour_speed=rng.uniform(-change, change, n),
        position=position,
        velocity=velocity,
        angle=rng.uniform(0, 2 * np.pi, n),
        spin=rng.uniform(-config.max_spin, config.max_spin, n),
        background=int(rng.integers(config.backgrounds)),
        bounce_seed=int(rng.integers(1 << 62)),
        times=_times(config, rng),
        pushes=rng.uniform(
            -config.max_push,
            config.max_push,
            (config.num_frames, config.pushed, 2),
        ),
    )


def _times(config: ShapesConfig, rng: np.random.Generator) -> np.ndarray:
    spread = round(STEPS * config.time_jitter)
    steps = rng.integers(
        STEPS - spread, STEPS + spread, config.num_frames - 1, endpoint=True
    )
    return np.concatenate([[0], np.cumsum(steps)]) / STEPS  # [time]


def _places(
    config: ShapesConfig, size: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Random centroids inside the walls, `[n, 2]`; apart if objects collide."""
    room = config.frame_size - 2 * size[:, None]
    apart = size[:, None] + size  # [n, n]
    np.fill_diagonal(apart, 0)
    while True:
        place = size[:, None] + room * rng.random((len(size), 2))
        if not config.collisions:
            return place
        gap = np.linalg.norm(place[:, None] - place, axis=-1)  # [n, n]
        if (gap >= apart).all():
            return place
