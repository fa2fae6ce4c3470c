"""The configuration of bouncing shapes."""

import dataclasses
import math

from mipae_tf.data_builders.bouncing_shapes.outlines import SHAPES
from mipae_tf.data_builders.worlds.clip_config import ClipConfig

MAX_OBJECTS = 8
BACKGROUNDS = ("black", "gradient", "noise")
# Share of the frame that objects which collide may cover: random places without
# overlap are then found in a few attempts.
_MAX_COVERED = 0.3


@dataclasses.dataclass(eq=False)
class ShapesConfig(ClipConfig):
    """What a clip shows; see `ClipConfig` for the other attributes.

    Lengths are in pixels, angles in radians, and the unit of time is the mean
    interval between two frames. Where a range is given, values are uniform.

    Attributes:
        bounce: What happens at a wall: `reflect`, or `redraw`: the object
            leaves the wall in a random direction, with the same speed.
        objects: Maximum number of objects, 1 to 8.
        min_objects: Minimum number of objects; 0 for as many as `objects`.
        shapes: Names of the shapes, some of `SHAPES`.
        min_size: Minimum size, the radius of the circle around a shape.
        max_size: Maximum size, at most a quarter of `frame_size`.
        min_speed: Minimum initial speed.
        max_speed: Maximum initial speed.
        max_spin: Maximum initial angular speed in either direction; 0 if
            objects do not rotate.
        own_colours: Whether each object has a range of colours of its own, so
            that it can be recognised by its colour.
        colour_change: Maximum change of a colour per unit of time in either
            direction, as a share of the hue circle or, in grey, of the
            brightness range; 0 for constant colours.
        background: `black`, `gradient` or `noise`.
        backgrounds: Number of different gradients or noise images.
        collisions: Whether objects collide; otherwise they occlude each other.
        max_mass: Masses of objects that collide are from 1 to `max_mass`,
            whatever their size.
        elasticity: Share of the speed that is kept at an impact, 0 to 1.
        friction: Coulomb friction between objects, and between objects and
            walls.
        gravity: Downward acceleration.
        time_jitter: Intervals between frames are from 1 - `time_jitter` to
            1 + `time_jitter`, in multiples of 1/16; 0 for regular times.
        pushed: Number of objects with actions: object n < `pushed` is
            accelerated at each frame.
        max_push: Maximum change of speed by an action, on each axis.
    """

    bounce: str = "reflect"
    objects: int = 2
    min_objects: int = 0
    shapes: tuple[str, ...] = SHAPES
    min_size: float = 6.0
    max_size: float = 10.0
    min_speed: float = 1.0
    max_speed: float = 3.0
    max_spin: float = 0.0
    own_colours: bool = True
    colour_change: float = 0.0
    background: str = "black"
    backgrounds: int = 16
    collisions: bool = False
    max_mass: float = 4.0
    elasticity: float = 1.0
    friction: float = 0.0
    gravity: float = 0.0
    time_jitter: float = 0.0
    pushed: int = 0
    max_push: float = 1.0

    def __post_init__(self):
        super().__post_init__()
        self.min_objects = self.min_objects or self.objects
        self.shapes = tuple(self.shapes)
        self._one_of("objects", tuple(range(1, MAX_OBJECTS + 1)))
        self._one_of("min_objects", tuple(range(1, self.objects + 1)))
        self._one_of("pushed", tuple(range(self.objects + 1)))
        for field in ("own_colours", "collisions", "colour"):
            self._one_of(field, (False, True))
        self._one_of("background", BACKGROUNDS)
        self._at_least("backgrounds", 1)
        self._check_shapes()
        self._within("max_size", 1, self.frame_size / 4)
        self._within("min_size", 1, self.max_size)
        self._within("max_speed", 0)
        self._within("min_speed", 0, self.max_speed)
        for field in ("max_spin", "friction", "gravity", "max_push"):
            self._within(field, 0)
        for field in ("colour_change", "elasticity"):
            self._within(field, 0, 1)
        self._within("max_mass", 1)
        self._within("time_jitter", 0, 0.9)
        self._check_physics()

    @property
    def has_physics(self) -> bool:
        """Whether motion is computed by `pymunk`."""
        forces = self.friction > 0 or self.gravity > 0
        return self.collisions or forces or self.elasticity < 1

    def _check_shapes(self) -> None:
        shapes = self.shapes
        known = bool(shapes) and set(shapes) <= set(SHAPES)
        if not known or len(set(shapes)) < len(shapes):
            raise ValueError(
                f"shapes is {list(shapes)} but must be different names of "
                f"{', '.join(SHAPES)}."
            )

    def _check_physics(self) -> None:
        if self.has_physics:
            if self.bounce == "redraw":
                raise ValueError(
                    "bounce is 'redraw' but must be 'reflect' with collisions, "
                    "friction, gravity or an elasticity below 1."
                )
        self._one_of("bounce", ("reflect", "redraw"))
        area = _MAX_COVERED * self.frame_size**2 / self.objects
        if self.collisions:
            self._within("max_size", 1, math.floor(math.sqrt(area / math.pi)))

    def _within(self, field: str, low: float, high: float = math.inf) -> None:
        value = getattr(self, field)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not (low <= value <= high) or math.isinf(value):
            limit = "" if math.isinf(high) else f" and at most {high:g}"
            raise ValueError(
                f"{field} is {value!r} but must be a number of at least "
                f"{low:g}{limit}."
            )
