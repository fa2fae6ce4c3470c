"""The scene of MPI3D videos."""

import math

import numpy as np
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.grids.grid_scene import GridScene
from mipae_tf.data_builders.grids.grid_scene import partition
from mipae_tf.data_builders.grids.grid_scene import sizes_of
from mipae_tf.data_builders.grids.image_grid import ImageGrid
from mipae_tf.data_builders.mpi3d_video.arm_config import ArmConfig
from mipae_tf.data_builders.mpi3d_video.arm_motion import swing
from mipae_tf.data_builders.worlds import motion
from mipae_tf.data_builders.worlds.scene import Values

_POSITIONS = 40
# As documented by the publishers of MPI3D.
_LABELS = {
    "colour": ("white", "green", "red", "blue", "brown", "olive"),
    "shape": ("cone", "cube", "cylinder", "hexagonal", "pyramid", "sphere"),
    "size": ("small", "large"),
    "camera_height": ("top", "centre", "bottom"),
    "background": ("purple", "sea green", "salmon"),
}
_AXES = ("horizontal_axis", "vertical_axis")
_TRAIN_SHARE = 2 / 3  # 192 of 288 combinations, as published


class ArmScene(GridScene):
    """A robot arm that moves one object along two axes; see `GridScene`."""

    config: ArmConfig

    def __init__(self, config: ArmConfig, images: ImageGrid | None = None):
        super().__init__(config, images)
        self.labels = {
            name: names[: config.grid] for name, names in _LABELS.items()
        }
        self.factors = (
            *(
                Factor(name, "class", per_frame=False, size=len(names))
                for name, names in self.labels.items()
            ),
            *(Factor(axis, "scalar", True, _POSITIONS) for axis in _AXES),
        )

    def contents(self, split: str) -> np.ndarray:
        """The combinations of content in a split; see `GridScene.contents`.

        `test` has a third of its own; `train` and `validation` share the
        others.
        """
        count = math.prod(sizes_of(self.factors[: len(_LABELS)]))
        train, test = partition(count, _TRAIN_SHARE)
        return test if split == "test" else train

    def move(self, rng: np.random.Generator) -> Values:
        """Samples the pose of one clip; see `GridScene.move`."""
        config, last = self.config, _POSITIONS - 1
        start = rng.integers(last, size=2, endpoint=True)
        speed = rng.integers(
            -config.max_speed, config.max_speed, 2, endpoint=True
        )
        if config.bounce == "clamp":
            path = swing(start, speed, config.num_frames, _POSITIONS)
        else:
            path = motion.reflect(start, speed, config.num_frames, last)
        return dict(zip(_AXES, path.T, strict=True))  # path: [time, 2]
