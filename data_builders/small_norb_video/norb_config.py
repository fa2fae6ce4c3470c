"""The configuration of small NORB videos."""

import dataclasses

from mipae_tf.data_builders.worlds.clip_config import ClipConfig


@dataclasses.dataclass(eq=False)
class NorbConfig(ClipConfig):
    """The sweeps and their frames; see `ClipConfig` for other attributes.

    Attributes:
        frame_size: 96 as published, or 64, by area averaging.
        max_speed: Maximum speed in steps of 20 degrees per frame. Speeds are
            uniform on -max_speed..max_speed without 0.
    """

    colour: bool = False
    bounce: str = "wrap"
    max_speed: int = 1

    def __post_init__(self):
        super().__post_init__()
        self._one_of("frame_size", (64, 96))
        self._one_of("colour", (False,))
        self._one_of("bounce", ("wrap",))
        self._at_least("max_speed", 1)
