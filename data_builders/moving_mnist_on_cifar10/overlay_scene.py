"""The scene of moving MNIST on CIFAR-10."""

import dataclasses
from collections.abc import Iterator

import numpy as np
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.moving_mnist.digits import Digits
from mipae_tf.data_builders.moving_mnist_on_cifar10 import discs
from mipae_tf.data_builders.moving_mnist_on_cifar10.backgrounds import (
    BACKGROUNDS,
)
from mipae_tf.data_builders.moving_mnist_on_cifar10.backgrounds import CLASSES
from mipae_tf.data_builders.moving_mnist_on_cifar10.backgrounds import INDEX
from mipae_tf.data_builders.moving_mnist_on_cifar10.backgrounds import (
    Backgrounds,
)
from mipae_tf.data_builders.moving_mnist_on_cifar10.overlay_config import (
    OverlayConfig,
)
from mipae_tf.data_builders.worlds.compose import mix
from mipae_tf.data_builders.worlds.scene import Scene
from mipae_tf.data_builders.worlds.scene import Values

NO_DIGIT = 10  # the class of a digit that is absent
NO_INDEX = -1  # and its identifier
_PLANES = "rgb"


@dataclasses.dataclass
class OverlayScene(Scene):
    """Up to two coloured digits on a background.

    Digits are in the order of their classes, so that a frame shows which one
    is digit 0. Absent digits are the last ones. They are in the centre and
    grey, which is the mean over the digits that are there.

    Attributes:
        config: The configuration.
        digits: Source of the digits; None if only the factors are needed.
        backgrounds: Source of the backgrounds; None like `digits`.
    """

    config: OverlayConfig
    digits: Digits | None = None
    backgrounds: Backgrounds | None = None
    has_boxes = True
    labels = {"background": CLASSES}

    def __post_init__(self):
        self.objects = self.config.max_digits
        self.labels = dict(self.labels)
        for n in range(self.objects):
            self.labels[f"digit_{n}"] = (*map(str, range(NO_DIGIT)), "none")
        self.factors = tuple(self._declared())

    def _declared(self) -> Iterator[Factor]:
        numbers = range(self.objects)
        yield Factor("num_digits", "scalar", False, size=self.objects + 1)
        yield Factor("digit_sum", "scalar", False, size=9 * self.objects + 1)
        for n in numbers:
            yield Factor(f"digit_{n}", "class", False, NO_DIGIT + 1, object=n)
        yield from BACKGROUNDS[self.config.backgrounds].factors
        for n in numbers:
            for axis in ("x", "y"):
                place = f"{axis}_{n}"
                yield Factor(place, "position", True, self._room + 1, n, axis)
            for plane in _PLANES:
                yield Factor(f"{plane}_{n}", "scalar", True, object=n)
        for plane in _PLANES:
            yield Factor(f"sum_{plane}", "scalar", True)
        for n in numbers:
            yield Factor(f"index_{n}", "identifier", False, object=n)

    @property
    def _room(self) -> int:
        """The largest position that is inside the frame."""
        return self.config.frame_size - self.config.digit_size

    def sample(self, split: str, rng: np.random.Generator) -> Values:
        """Draws the factors of one clip; see `Scene.sample`."""
        config = self.config
        count = rng.integers(
            config.min_digits, config.max_digits, endpoint=True
        )
        index = np.full(self.objects, NO_INDEX)
        chosen = rng.integers(*self.digits.numbers(split), size=count)
        index[:count] = chosen[np.lexsort((chosen, self.digits.labels(chosen)))]
        values = {f"index_{n}": index[n] for n in range(self.objects)}
        values[INDEX.name] = rng.integers(*self.backgrounds.numbers(split))
        values |= self._facts(values)
        path, colours = self._move(count, rng), self._colours(count, rng)
        for n in range(self.objects):
            values[f"x_{n}"], values[f"y_{n}"] = path[:, n].T
            for plane, name in enumerate(_PLANES):
                values[f"{name}_{n}"] = colours[:, n, plane]
        sums = colours[:, :count].transpose(0, 2, 1) @ self._ink(index[:count])
        for plane, name in enumerate(_PLANES):
            values[f"sum_{name}"] = sums[:, plane]  # [time, planes]
        return values

    def _facts(self, values: Values) -> Values:
        """The content, which follows from the identifiers."""
        numbers = range(self.objects)
        index = np.stack([values[f"index_{n}"] for n in numbers])
        there = index != NO_INDEX  # [digits, ...]
        classes = self.digits.labels(np.where(there, index, 0))
        return {
            "num_digits": there.sum(0),
            "digit_sum": (classes * there).sum(0),
            **{
                f"digit_{n}": np.where(there[n], classes[n], NO_DIGIT)
                for n in numbers
            },
            **self.backgrounds.describe(values.get(INDEX.name)),
        }

    def _ink(self, index: np.ndarray) -> np.ndarray:
        """The share of its square that each digit covers, `[digits]`."""
        patches = self.digits.draw(index, self.config.digit_size)
        return patches.mean((1, 2), dtype=np.float32) / 255

    def _move(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Positions (x, y), int32 `[time, digits, 2]`."""
        config, size = self.config, self.config.digit_size
        path = np.full(
            (config.num_frames, self.objects, 2), self._room // 2, np.int32
        )
        start = discs.place(count, self._room, size, rng)
        length = rng.uniform(config.min_speed, config.max_speed, count)
        angle = rng.uniform(0, 2 * np.pi, count)
        heading = np.stack([np.cos(angle), np.sin(angle)], -1)  # [digits, 2]
        speed = config.frame_size * length[:, None] * heading
        exact = discs.bounce(start, speed, config.num_frames, self._room, size)
        path[:, :count] = np.rint(exact)
        return path

    def _colours(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Red, green and blue in [0, 1], float32 `[time, digits, 3]`.

        The hue moves at a constant speed. Each plane is a cosine of it, a
        third of a turn apart, so that the sum of the planes stays 1.5.
        """
        config = self.config
        hue = rng.uniform(0, 1, count)
        speed = rng.uniform(-config.max_hue_speed, config.max_hue_speed, count)
        time = np.arange(config.num_frames)[:, None]
        turns = (hue + speed * time)[..., None] - np.arange(3) / 3
        colours = np.full((len(time), self.objects, 3), 0.5, np.float32)
        colours[:, :count] += 0.5 * np.cos(2 * np.pi * turns)
        return np.clip(colours, 0, 1)

    def draw(self, values: Values) -> tuple[np.ndarray, np.ndarray]:
        """Draws frames and masks; see `Scene.draw`.

        A digit is in front of those before it. The factors `sum_…` follow from
        the others and are ignored.

        Raises:
            ValueError: If the content is not that of the identifiers, or a
                colour is not in [0, 1].
        """
        self._check(values)
        size, count = self.config.frame_size, len(values["x_0"])
        number = values.get(INDEX.name, np.zeros(count, int))
        frames = self.backgrounds.draw(number, size)
        masks = np.zeros((count, size, size, self.objects), np.uint8)
        for n in range(self.objects):
            cover = self._cover(values[f"index_{n}"])
            # Only pixels that the digit covers change, [pixels].
            frame, row, column = np.nonzero(cover > 0)
            row = row + values[f"y_{n}"].take(frame)
            column = column + values[f"x_{n}"].take(frame)
            place = (frame * size + row) * size + column
            colour = np.stack([values[f"{c}_{n}"] for c in _PLANES])
            colour = 255 * colour.astype(np.float32)  # [3, frames]
            mix(frames, place, cover[cover > 0], colour.take(frame, 1))
            visible = masks.reshape(-1, self.objects)
            visible[place] = np.arange(self.objects) == n
        return frames, masks

    def _cover(self, index: np.ndarray) -> np.ndarray:
        """Opacity of a digit in [0, 1], `[frames, digit_size, digit_size]`."""
        there = index != NO_INDEX
        patches = self.digits.draw(
            np.where(there, index, 0), self.config.digit_size
        )
        return patches * (there / np.float32(255))[:, None, None]

    def _check(self, values: Values) -> None:
        for name, true in self._facts(values).items():
            if np.abs(values[name] - true).max() > 1e-6:
                raise ValueError(
                    f"content {name!r} is {values[name][0]} but must be "
                    f"{true[0]}, as the identifiers in instance say."
                )
        for n in range(self.objects):
            for plane in _PLANES:
                given = values[f"{plane}_{n}"]
                if not ((0 <= given) & (given <= 1)).all():
                    raise ValueError(
                        f"pose '{plane}_{n}' must be from 0 to 1, got "
                        f"{given.min()} to {given.max()}."
                    )
