"""The configuration of moving MNIST."""

import dataclasses

from mipae_tf.data_builders.worlds.clip_config import ClipConfig


@dataclasses.dataclass(eq=False)
class DigitsConfig(ClipConfig):
    """How the digits move; see `ClipConfig` for the rest.

    Attributes:
        min_speed: Smallest speed per axis, in pixels per frame.
        max_speed: Largest speed per axis; a speed is uniform on
            min_speed..max_speed. The published clips of MIPAE used -4..3.
    """

    min_speed: int = -4
    max_speed: int = 4

    def __post_init__(self):
        super().__post_init__()
        self._one_of("bounce", ("clamp", "reflect", "redraw"))
        self._at_least("max_speed", 1)
        if self.min_speed > self.max_speed:
            raise ValueError(
                f"min_speed is {self.min_speed} but must not exceed "
                f"max_speed, {self.max_speed}."
            )
        if self.bounce == "redraw" and self.min_speed != -self.max_speed:
            raise ValueError(
                f"min_speed is {self.min_speed} but must be "
                f"{-self.max_speed}, as bounce 'redraw' draws on both sides."
            )
