"""The configuration of MPI3D videos."""

import dataclasses

from mipae_tf.data_builders.mpi3d_video.mpi3d_file import IMAGE
from mipae_tf.data_builders.worlds.clip_config import ClipConfig

VARIANTS = ("real", "realistic", "toy")


@dataclasses.dataclass(eq=False)
class ArmConfig(ClipConfig):
    """The images and their motion; see `ClipConfig` for other attributes.

    Attributes:
        variant: `real` photographs, `realistic` renderings, or `toy`, simple
            renderings.
        grid: Number of colours and of shapes: 4, the first four of each, as in
            the published experiments, or 6, all of them.
        max_speed: Maximum speed per axis in steps per frame. Speeds are uniform
            on -max_speed..max_speed.
    """

    variant: str = "real"
    grid: int = 4
    max_speed: int = 4

    def __post_init__(self):
        super().__post_init__()
        self._one_of("frame_size", (IMAGE[0],))
        self._one_of("colour", (True,))
        self._one_of("bounce", ("clamp", "reflect"))
        self._one_of("variant", VARIANTS)
        self._one_of("grid", (4, 6))
        self._at_least("max_speed", 0)
