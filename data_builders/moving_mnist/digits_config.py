"""The configuration of moving MNIST."""

import dataclasses

from mipae_tf.data_builders.moving_mnist.digits import DIGIT_SIZE
from mipae_tf.data_builders.worlds.clip_config import ClipConfig


@dataclasses.dataclass(eq=False)
class DigitsConfig(ClipConfig):
    """Motion of the digits; see `ClipConfig` for the other attributes.

    Attributes:
        min_speed: Minimum speed per axis, in pixels per frame.
        max_speed: Maximum speed per axis. Speeds are uniform on
            min_speed..max_speed. The published clips of MIPAE use -4..3.
    """

    min_speed: int = -4
    max_speed: int = 4

    def __post_init__(self):
        super().__post_init__()
        self._at_least("frame_size", DIGIT_SIZE + 2)
        self._one_of("bounce", ("clamp", "reflect", "redraw"))
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
