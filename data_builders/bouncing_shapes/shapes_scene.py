"""The scene of bouncing shapes."""

import dataclasses
from collections.abc import Mapping

import numpy as np
from mipae_tf.data_builders.bouncing_shapes import colours
from mipae_tf.data_builders.bouncing_shapes import free_motion
from mipae_tf.data_builders.bouncing_shapes import physics
from mipae_tf.data_builders.bouncing_shapes.outlines import SHAPES
from mipae_tf.data_builders.bouncing_shapes.painting import Objects
from mipae_tf.data_builders.bouncing_shapes.painting import paint
from mipae_tf.data_builders.bouncing_shapes.shapes_config import ShapesConfig
from mipae_tf.data_builders.bouncing_shapes.start import Start
from mipae_tf.data_builders.bouncing_shapes.start import draw_start
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.worlds.scene import Scene
from mipae_tf.data_builders.worlds.scene import Values

_SEEDS = 1 << 62
_FULL_TURN = 2 * np.pi


@dataclasses.dataclass
class ShapesScene(Scene):
    """One to eight shapes that move, bounce, rotate, collide or occlude.

    Attributes:
        config: The configuration.
    """

    config: ShapesConfig
    has_boxes = True

    def __post_init__(self):
        config = self.config
        self.objects = config.objects
        self.action_dim = 2 * config.pushed
        self.has_times = config.time_jitter > 0
        self.labels = {f"shape_{n}": config.shapes for n in range(self.objects)}
        self._tint = "hue" if config.colour else "brightness"
        # An object that no other one can hide has no depth.
        self._has_depth = self.objects > 1 and not config.collisions
        self.factors = self._declared()

    def _declared(self) -> tuple[Factor, ...]:
        config, numbers = self.config, range(self.objects)
        kinds = {  # name: kind, per frame, size
            "shape": ("class", False, len(config.shapes)),
            "size": ("scalar", False, None),
            "mass": ("scalar", False, None),
            "depth": ("scalar", False, self.objects),
            "angle": ("angle", config.max_spin > 0, None),
            "hue": ("angle", config.colour_change > 0, None),
            "brightness": ("scalar", config.colour_change > 0, None),
        }
        kinds.pop("brightness" if config.colour else "hue")
        if not config.collisions:
            del kinds["mass"]
        if not self._has_depth:
            del kinds["depth"]
        factors = [
            Factor(f"{name}_{n}", *kind, object=n)
            for n in numbers
            for name, kind in kinds.items()
        ]
        factors += [
            Factor(f"{axis}_{n}", "position", True, None, n, axis)
            for n in numbers
            for axis in ("x", "y")
        ]
        if config.min_objects < config.objects:
            factors.append(Factor("count", "scalar", False, self.objects + 1))
        if config.background != "black":
            size = config.backgrounds
            factors.append(Factor("background", "class", False, size))
        # What the clip is made from; no frame depends on it.
        factors.append(Factor("clip_seed", "identifier", False))
        return tuple(sorted(factors, key=lambda factor: factor.per_frame))

    def sample(self, split: str, rng: np.random.Generator) -> Values:
        """Draws the factors of one clip; see `Scene.sample`."""
        return self.values_at(int(rng.integers(_SEEDS)))

    def values_at(
        self, clip_seed: int, times: np.ndarray | None = None
    ) -> Values:
        """The true factors of a clip at any times.

        Args:
            clip_seed: The seed of the clip, from its `instance`.
            times: From 0 to the time of the last frame, `[times]`; None for
                the times of the frames.

        Returns:
            Factor name to values, `[times]` or a scalar; `times`; and with
            actions, `actions`, float `[frames, 2 * pushed]`.

        Raises:
            ValueError: If there is no time, or a time is outside the clip.
        """
        config = self.config
        start = draw_start(config, np.random.default_rng(int(clip_seed)))
        if times is None:
            times = start.times
        times = np.asarray(times, np.float64)
        if times.ndim != 1 or not len(times):
            raise ValueError(
                f"times has the shape {list(times.shape)}; it must be [times], "
                "with at least one time."
            )
        if not (0 <= times.min() and times.max() <= start.times[-1]):
            raise ValueError(
                f"times must be from 0 to {start.times[-1]:g}, the time of the "
                f"last frame, got {times.min():g} to {times.max():g}."
            )
        values = self._content(start) | self._motion(start, times)
        values |= {"clip_seed": clip_seed, "times": times}
        values["actions"] = start.pushes.reshape(config.num_frames, -1)
        return values

    def _content(self, start: Start) -> Values:
        """Constant values; 0 for objects that are not there."""
        values = {"count": len(start), "background": start.background}
        for name in ("shape", "size", "mass", "depth"):
            own = getattr(start, name)
            padded = np.zeros(self.objects, _stored(own))
            padded[: len(start)] = own
            values |= {f"{name}_{n}": v for n, v in enumerate(padded)}
        return values

    def _motion(self, start: Start, times: np.ndarray) -> Values:
        """Positions, angles and colours, `[times]` each."""
        config, count = self.config, len(start)
        if config.has_physics:
            state = physics.states(start, times, config)
        else:
            random_bounces = config.bounce == "redraw"
            state = free_motion.states(
                start, times, config.frame_size, random_bounces
            )
        moving = np.zeros((len(times), self.objects, 4), np.float32)
        moving[:, :count, :3] = state
        moving[:, :count, 2] = state[..., 2] % _FULL_TURN
        moving[:, :count, 3] = self._tints(start, times)
        values = {
            f"{name}_{n}": moving[:, n, k]
            for n in range(self.objects)
            for k, name in enumerate(("x", "y", "angle", self._tint))
        }
        for factor in self.factors:
            if factor.name in values and not factor.per_frame:
                values[factor.name] = values[factor.name][0]
        return values

    def _tints(self, start: Start, times: np.ndarray) -> np.ndarray:
        """Hues in radians, or brightnesses 0 to 1, `[times, objects]`.

        Each object has the middle half of its part of the hue circle or of the
        brightness range, and its colour turns round at the ends. If it may
        have any colour, hues go round.
        """
        config, n = self.config, np.arange(len(start))
        unit = _FULL_TURN if config.colour else 1
        apart = config.own_colours and self.objects > 1
        width = 0.5 / self.objects if apart else 1
        moved = width * start.colour + start.colour_speed * times[:, None]
        if config.colour and not apart:
            return unit * (moved % 1)
        folded = width - np.abs(moved % (2 * width) - width)
        first = (n + 0.25) / self.objects if apart else 0
        return unit * (first + folded)

    def render(
        self,
        content: Mapping[str, np.ndarray],
        pose: Mapping[str, np.ndarray],
        instance: Mapping[str, np.ndarray] | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draws a clip; see `Scene.render`. `instance` is not needed."""
        return super().render(content, pose, instance or {"clip_seed": 0})

    def draw(self, values: Values) -> tuple[np.ndarray, np.ndarray]:
        """Draws frames and masks; see `Scene.draw`."""
        frames = len(values["x_0"])
        canvas = self._backgrounds(values, frames)
        kinds = np.array([SHAPES.index(name) for name in self.config.shapes])
        number = np.arange(self.objects)
        count = values.get("count", np.full(frames, self.objects))
        zeros = np.zeros((frames, self.objects), int)
        paints = colours.rgb if self.config.colour else colours.grey
        objects = Objects(
            shape=kinds[self._of_objects("shape", values).astype(int)],
            size=self._of_objects("size", values),
            x=self._of_objects("x", values),
            y=self._of_objects("y", values),
            angle=self._of_objects("angle", values),
            colour=paints(self._of_objects(self._tint, values)),
            depth=self._of_objects("depth", values)
            if self._has_depth
            else zeros,
            present=number < np.asarray(count)[:, None],
        )
        masks = paint(canvas, objects)
        return canvas, masks

    def _of_objects(self, name: str, values: Values) -> np.ndarray:
        """Values of all objects, float32 `[frames, objects]`."""
        each = [values[f"{name}_{n}"] for n in range(self.objects)]
        return np.stack(each, -1).astype(np.float32)

    def _backgrounds(self, values: Values, frames: int) -> np.ndarray:
        config = self.config
        side, channels = config.frame_size, 3 if config.colour else 1
        if config.background == "black":
            return np.zeros((frames, side, side, channels), np.uint8)
        images, place = np.unique(values["background"], return_inverse=True)
        images = [
            colours.background(config.background, int(image), side, channels)
            for image in images
        ]
        return np.stack(images).take(place, 0)  # a copy


def _stored(values: np.ndarray) -> type:
    return np.float32 if values.dtype.kind == "f" else np.int64
