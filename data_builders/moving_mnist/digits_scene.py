"""The scene of moving MNIST."""

import dataclasses

import numpy as np
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.moving_mnist.digits import Digits
from mipae_tf.data_builders.moving_mnist.digits_config import DigitsConfig
from mipae_tf.data_builders.worlds import compose
from mipae_tf.data_builders.worlds import motion
from mipae_tf.data_builders.worlds.scene import Scene
from mipae_tf.data_builders.worlds.scene import Values


@dataclasses.dataclass
class DigitsScene(Scene):
    """Two digits on black; digit n has colour plane n.

    Attributes:
        config: The configuration.
        digits: Source of the pixels; None if only the factors are needed.
    """

    config: DigitsConfig
    digits: Digits | None = None
    objects = 2

    def __post_init__(self):
        numbers, size = range(self.objects), self._last + 1
        # Grey digits are added, so that neither is in front.
        front = [Factor("front", "class", False, size=2)]
        self.factors = (
            *(
                Factor(f"digit_{n}", "class", False, size=10, object=n)
                for n in numbers
            ),
            *(front if self.config.colour else []),
            *(
                Factor(f"{axis}_{n}", "position", True, size, n, axis)
                for n in numbers
                for axis in ("x", "y")
            ),
            *(
                Factor(f"index_{n}", "identifier", False, object=n)
                for n in numbers
            ),
        )

    @property
    def _wall(self) -> int:
        """The largest position that is inside the frame."""
        return self.config.frame_size - self.config.digit_size

    @property
    def _last(self) -> int:
        # The published wall rule puts a digit at 31 and never uses 32.
        short = self.config.bounce in ("clamp", "redraw")
        return self._wall - 1 if short else self._wall

    def sample(self, split: str, rng: np.random.Generator) -> Values:
        """Draws the factors of one clip; see `Scene.sample`."""
        index = rng.integers(*self.digits.numbers(split), size=self.objects)
        label = self.digits.labels(index)
        values = {"index_0": index[0], "index_1": index[1]}
        values |= {"digit_0": label[0], "digit_1": label[1]}
        if self.config.colour:
            values["front"] = rng.integers(2)
        path = self._move(rng)  # [time, digits, 2]
        for n in range(self.objects):
            values[f"x_{n}"], values[f"y_{n}"] = path[:, n].T
        return values

    def _move(self, rng: np.random.Generator) -> np.ndarray:
        config, each = self.config, (self.objects, 2)
        if config.bounce == "unit_square":
            path = in_unit_square(
                self.objects, config.num_frames, config.step, rng
            )
            return (self._wall * path).astype(np.int32)
        start = rng.integers(self._last, size=each, endpoint=True)
        speed = rng.integers(
            config.min_speed, config.max_speed, each, endpoint=True
        )
        time, last = config.num_frames, self._last
        if config.bounce == "clamp":
            return motion.clamp(start, speed, time, self._wall, last)
        if config.bounce == "reflect":
            return motion.reflect(start, speed, time, last)
        paths = [
            self._redrawn(a, b, time, rng)
            for a, b in zip(start, speed, strict=True)
        ]
        return np.stack(paths, 1)  # [time, digits, 2]

    def futures(
        self,
        before: np.ndarray,
        last: np.ndarray,
        steps: int,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Samples futures of digits that leave walls at random speeds.

        Args:
            before: Previous positions (x, y), int `[digits, 2]`.
            last: Current positions, `[digits, 2]`, of digits that are not
                bouncing off a wall in this frame.
            steps: Number of frames to sample.
            rng: Source of the new speeds.

        Returns:
            Positions, int32 `[digits, steps, 2]`.
        """
        paths = [
            self._redrawn(now, now - earlier, steps + 1, rng)[1:]
            for earlier, now in zip(before, last, strict=True)
        ]
        return np.stack(paths)

    def _redrawn(self, start, speed, time: int, rng) -> np.ndarray:
        return motion.redraw(
            start,
            speed,
            time,
            self._wall,
            self._last,
            self.config.max_speed,
            rng,
        )

    def draw(self, values: Values) -> tuple[np.ndarray, np.ndarray]:
        """Draws frames and masks; see `Scene.draw`.

        Raises:
            ValueError: If the class of a digit's index differs from its class
                in the content.
        """
        layers = np.stack(
            [self._layer(n, values) for n in range(self.objects)]
        )  # [digits, frames, size, size]
        masks = compose.visible(layers, values.get("front"))
        if self.config.colour:
            frames = compose.in_planes(layers, masks)
        elif self.config.merge == "max":
            frames = layers.max(0)[..., None]
        else:
            frames = compose.in_grey(layers)
        return frames, compose.on_last_axis(masks)

    def _layer(self, n: int, values: Values) -> np.ndarray:
        index, digit = values[f"index_{n}"], values[f"digit_{n}"]
        labels = self.digits.labels(index)
        if (labels != digit).any():
            raise ValueError(
                f"content 'digit_{n}' is {digit[0]} but instance "
                f"'index_{n}' {index[0]} is a {labels[0]}."
            )
        patches = self.digits.draw(index, self.config.digit_size)
        return compose.paste(
            patches,
            values[f"y_{n}"],
            values[f"x_{n}"],
            self.config.frame_size,
        )


def in_unit_square(
    objects: int, num_frames: int, step: float, rng: np.random.Generator
) -> np.ndarray:
    """Paths as in the Moving MNIST of Srivastava et al. (arXiv 1502.04681).

    The start is uniform, and so is the direction. The first frame is one step
    after the start. At a wall, a position is set on the wall, and the speed
    perpendicular to it changes sign.

    Args:
        objects: Number of objects.
        num_frames: Number of frames.
        step: Length of a step.
        rng: Source of the start and the direction.

    Returns:
        Positions (x, y) in [0, 1], float `[time, objects, 2]`.
    """
    position = rng.uniform(size=(objects, 2))
    angle = rng.uniform(0, 2 * np.pi, objects)
    speed = step * np.stack([np.cos(angle), np.sin(angle)], -1)
    path = np.empty((num_frames, objects, 2))
    for time in range(num_frames):
        position = position + speed
        speed = np.where((position <= 0) | (position >= 1), -speed, speed)
        position = path[time] = np.clip(position, 0, 1)
    return path
