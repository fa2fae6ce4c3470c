"""Motion with collisions, friction and gravity, by `pymunk`."""

import types

import numpy as np
from mipae_tf.data_builders.bouncing_shapes.outlines import corners
from mipae_tf.data_builders.bouncing_shapes.shapes_config import ShapesConfig
from mipae_tf.data_builders.bouncing_shapes.start import STEPS
from mipae_tf.data_builders.bouncing_shapes.start import Start


def library() -> types.ModuleType:
    """The package `pymunk`.

    Raises:
        ValueError: If it is not installed.
    """
    try:
        import pymunk
    except ImportError as error:
        raise ValueError(
            "Bouncing shapes with collisions, friction, gravity or an "
            "elasticity below 1 need pymunk; install it with: "
            "pip install mipae_tf[physics]"
        ) from error
    return pymunk


def states(start: Start, times: np.ndarray, config: ShapesConfig) -> np.ndarray:
    """Positions and angles at any times of a clip.

    A unit of time is simulated in `STEPS` steps. Within a step, objects move at
    constant speeds. The steps do not depend on `times`.

    Args:
        start: The start of the clip.
        times: From 0 to the time of the last frame, `[times]`.
        config: The configuration.

    Returns:
        x, y and angle, `[times, objects, 3]`; angles are not wrapped.
    """
    step = np.asarray(times) * STEPS
    low, high = np.floor(step).astype(int), np.ceil(step).astype(int)
    wanted, place = np.unique([low, high], return_inverse=True)
    found = _simulated(start, config, wanted)  # [wanted, objects, 3]
    before, after = found[place.reshape(2, -1)]  # [times, objects, 3]
    return before + (step - low)[:, None, None] * (after - before)


def _simulated(
    start: Start, config: ShapesConfig, wanted: np.ndarray
) -> np.ndarray:
    """States after some numbers of steps, `[wanted, objects, 3]`."""
    space, bodies = _space(start, config)
    push_steps = np.rint(start.times * STEPS).astype(int).tolist()
    pushes = dict(zip(push_steps, start.pushes.tolist(), strict=True))
    found, last = [], 0
    wanted = wanted.tolist()
    for stop in sorted({*wanted, *pushes}):
        if stop > wanted[-1]:
            break
        for _ in range(stop - last):
            space.step(1 / STEPS)
        last = stop
        if stop in wanted:
            found.append([(*body.position, body.angle) for body in bodies])
        for body, push in zip(bodies, pushes.get(stop, ())):
            body.velocity += push
    return np.array(found)


def _space(start: Start, config: ShapesConfig) -> tuple:
    """A `pymunk.Space` with walls and objects, and the bodies of objects."""
    pymunk = library()
    space, side = pymunk.Space(), config.frame_size
    space.gravity = 0, config.gravity
    # Walls are as thick as the frame, so that nothing passes through.
    low, high = -side, 2 * side
    ends = [(low, low), (high, low), (high, high), (low, high)]
    outlines = [
        pymunk.Segment(space.static_body, ends[k - 1], ends[k], side)
        for k in range(4)
    ]
    bodies = [_body(pymunk, start, n, config) for n in range(len(start))]
    for body in bodies:
        (outline,) = body.shapes
        if not config.collisions:  # shapes of one group do not collide
            outline.filter = pymunk.ShapeFilter(group=1)
        outlines.append(outline)
    for outline in outlines:
        # pymunk multiplies the values of the two that touch.
        outline.elasticity = config.elasticity**0.5
        outline.friction = config.friction**0.5
    space.add(*bodies, *outlines)
    return space, bodies


def _body(pymunk, start: Start, n: int, config: ShapesConfig):
    mass, size = float(start.mass[n]), float(start.size[n])
    polygon = corners(config.shapes[start.shape[n]], size)
    if config.max_spin == 0:
        moment = float("inf")  # it never rotates
    elif polygon is None:
        moment = pymunk.moment_for_circle(mass, 0, size)
    else:
        moment = pymunk.moment_for_poly(mass, polygon.tolist())
    body = pymunk.Body(mass, moment)
    body.position = tuple(start.position[n].tolist())
    body.velocity = tuple(start.velocity[n].tolist())
    body.angle = float(start.angle[n])
    body.angular_velocity = float(start.spin[n])
    if polygon is None:
        pymunk.Circle(body, size)
    else:
        pymunk.Poly(body, polygon.tolist())
    return body
