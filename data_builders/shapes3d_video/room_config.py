"""The configuration of 3D Shapes videos."""

import dataclasses

from mipae_tf.data_builders.worlds.clip_config import ClipConfig


@dataclasses.dataclass(eq=False)
class RoomConfig(ClipConfig):
    """The sweeps of the orientation; see `ClipConfig` for other attributes.

    Attributes:
        max_speed: Maximum speed in orientation steps per frame. Speeds are
            uniform on -max_speed..max_speed without 0.
    """

    bounce: str = "reflect"
    max_speed: int = 2

    def __post_init__(self):
        super().__post_init__()
        self._one_of("frame_size", (64,))
        self._one_of("colour", (True,))
        self._one_of("bounce", ("clamp", "reflect"))
        self._at_least("max_speed", 1)
