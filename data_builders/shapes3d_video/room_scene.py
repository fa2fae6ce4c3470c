"""The scene of 3D Shapes videos."""

import math

import numpy as np
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.grids.grid_scene import GridScene
from mipae_tf.data_builders.grids.grid_scene import partition
from mipae_tf.data_builders.grids.image_grid import ImageGrid
from mipae_tf.data_builders.shapes3d_video.room_config import RoomConfig
from mipae_tf.data_builders.worlds import motion
from mipae_tf.data_builders.worlds.scene import Values

# In the order in which the images are stored.
SIZES = {
    "floor_hue": 10,
    "wall_hue": 10,
    "object_hue": 10,
    "scale": 8,
    "shape": 4,
    "orientation": 15,
}
_KINDS = {
    # Steps of 0.1 from 0 to 0.9, which is as far from 0 as 0.1 is.
    "floor_hue": "angle",
    "wall_hue": "angle",
    "object_hue": "angle",
    "scale": "scalar",
    "shape": "class",
    "orientation": "scalar",  # from one side to the other, not around
}
_SHARES = (0.6, 0.1)  # of the combinations, for training and validation


class RoomScene(GridScene):
    """An object in a room that turns before the camera; see `GridScene`."""

    config: RoomConfig

    def __init__(self, config: RoomConfig, images: ImageGrid | None = None):
        super().__init__(config, images)
        self.factors = tuple(
            Factor(name, _KINDS[name], name == "orientation", size)
            for name, size in SIZES.items()
        )

    def contents(self, split: str) -> np.ndarray:
        """The combinations of content in a split; see `GridScene.contents`.

        Each split has its own.
        """
        count = math.prod(tuple(SIZES.values())[:-1])
        train, validation, test = partition(count, *_SHARES)
        return {"train": train, "validation": validation, "test": test}[split]

    def move(self, rng: np.random.Generator) -> Values:
        """Samples the orientations of one clip; see `GridScene.move`."""
        config, count = self.config, SIZES["orientation"]
        speed = rng.integers(1, config.max_speed, endpoint=True)
        speed *= rng.choice([-1, 1])
        start, time = rng.integers(count), config.num_frames
        if config.bounce == "clamp":
            path = motion.clamp(start, speed, time, count, count - 1)
        else:
            path = motion.reflect(start, speed, time, count - 1)
        return {"orientation": path}
