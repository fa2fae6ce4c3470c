"""The configuration of moving MNIST."""

import dataclasses

from mipae_tf.data_builders.moving_mnist.digits import DIGIT_SIZE
from mipae_tf.data_builders.worlds.clip_config import ClipConfig

# Of the published test sequences, in a file of clips [time, clip, row, column].
TEST_FILE = "mnist_test_seq.npy"


@dataclasses.dataclass(eq=False)
class DigitsConfig(ClipConfig):
    """Motion of the digits; see `ClipConfig` for the other attributes.

    Attributes:
        min_speed: Minimum speed per axis, in pixels per frame.
        max_speed: Maximum speed per axis. Speeds are uniform on
            min_speed..max_speed. The published clips of MIPAE use -4..3.
        digit_size: Height and width of the digits in pixels.
        step: For bounce `unit_square`: the length of a step, relative to the
            distance between the walls. The direction is random.
        merge: How grey digits are combined: `add`, clipped at 255, or `max`.
        published_test: Whether the test clips are the published ones, from the
            file `TEST_FILE`. No factors are known of them, so that no split has
            any.
    """

    min_speed: int = -4
    max_speed: int = 4
    digit_size: int = DIGIT_SIZE
    step: float = 0.1
    merge: str = "add"
    published_test: bool = False

    def __post_init__(self):
        super().__post_init__()
        self._at_least("digit_size", 1)
        self._at_least("frame_size", self.digit_size + 2)
        self._one_of("bounce", ("clamp", "reflect", "redraw", "unit_square"))
        self._one_of("merge", ("add", "max"))
        self._one_of("published_test", (False, True))
        if self.published_test:
            self._one_of("colour", (False,))
        self._at_least("max_speed", 1)
        if self.min_speed > self.max_speed:
            raise ValueError(
                f"min_speed is {self.min_speed} but must not exceed "
                f"max_speed, {self.max_speed}."
            )
        if self.bounce == "redraw" and self.min_speed != -self.max_speed:
            raise ValueError(
                f"min_speed is {self.min_speed} but must be -max_speed, "
                f"{-self.max_speed}, for bounce 'redraw'."
            )
        if not isinstance(self.step, (int, float)) or not 0 <= self.step < 1:
            raise ValueError(
                f"step is {self.step!r} but must be at least 0 and less than 1."
            )
