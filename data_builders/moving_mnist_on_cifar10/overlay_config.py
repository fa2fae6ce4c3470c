"""The configuration of moving MNIST on CIFAR-10."""

import dataclasses

from mipae_tf.data_builders.moving_mnist_on_cifar10.backgrounds import (
    BACKGROUNDS,
)
from mipae_tf.data_builders.worlds.clip_config import ClipConfig

MOST_DIGITS = 2


@dataclasses.dataclass(eq=False)
class OverlayConfig(ClipConfig):
    """Backgrounds, digits and their motion; see `ClipConfig` for the rest.

    Attributes:
        backgrounds: `cifar10`, `smooth` random colours, or `black`.
        min_digits: Fewest digits of a clip.
        max_digits: Most digits of a clip, 1 or 2. Their number is uniform on
            min_digits..max_digits.
        digit_size: Height and width of the digits in pixels; None for the
            published 42 of 128, scaled with the frame.
        min_speed: Smallest speed, in widths of the frame per frame.
        max_speed: Largest speed. Speeds are uniform on min_speed..max_speed.
        max_hue_speed: Largest speed of the hue of a digit, in turns of the
            colour wheel per frame; speeds are uniform up to it, both ways.
    """

    bounce: str = "elastic"
    backgrounds: str = "cifar10"
    min_digits: int = 0
    max_digits: int = MOST_DIGITS
    digit_size: int | None = None
    min_speed: float = 0.02
    max_speed: float = 0.06
    max_hue_speed: float = 0.05

    def __post_init__(self):
        super().__post_init__()
        if self.digit_size is None:
            self.digit_size = (42 * self.frame_size + 64) // 128
        self._one_of("backgrounds", tuple(BACKGROUNDS))
        self._one_of("bounce", ("elastic",))
        self._one_of("colour", (True,))
        self._one_of("max_digits", tuple(range(1, MOST_DIGITS + 1)))
        self._one_of("min_digits", tuple(range(self.max_digits + 1)))
        # Otherwise two digits would have no room to pass each other.
        self._at_least("digit_size", 1)
        self._within("digit_size", 1, self.frame_size // 2)
        self._within("max_speed", 0, 0.5)
        self._within("min_speed", 0, self.max_speed)
        self._within("max_hue_speed", 0, 0.5)

    def _within(self, field: str, low: float, high: float) -> None:
        value = getattr(self, field)
        if not isinstance(value, (int, float)) or not low <= value <= high:
            raise ValueError(
                f"{field} is {value!r} but must be from {low} to {high}."
            )
