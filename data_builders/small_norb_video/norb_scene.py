"""The scene of small NORB videos."""

import functools

import numpy as np
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.grids.grid_scene import GridScene
from mipae_tf.data_builders.grids.grid_scene import partition
from mipae_tf.data_builders.grids.image_grid import ImageGrid
from mipae_tf.data_builders.small_norb_video.norb_config import NorbConfig
from mipae_tf.data_builders.worlds import motion
from mipae_tf.data_builders.worlds.scene import Values

# In the order in which the images are stored.
SIZES = {
    "category": 5,
    "instance": 10,
    "elevation": 9,
    "lighting": 6,
    "azimuth": 18,
}
_KINDS = {"elevation": "scalar", "azimuth": "angle"}
_CATEGORIES = ("animal", "human", "airplane", "truck", "car")
_TRAIN_INSTANCES = (4, 6, 7, 8, 9)  # the official division
_TRAIN_SHARE = 0.9  # of their sweeps; the others are for validation


class NorbScene(GridScene):
    """A toy that turns before the camera; see `GridScene`."""

    config: NorbConfig
    labels = {"category": _CATEGORIES}

    def __init__(self, config: NorbConfig, images: ImageGrid | None = None):
        super().__init__(config, images)
        self.factors = tuple(
            Factor(name, _KINDS.get(name, "class"), name == "azimuth", size)
            for name, size in SIZES.items()
        )

    def contents(self, split: str) -> np.ndarray:
        """The combinations of content in a split; see `GridScene.contents`.

        `test` has the five official test instances of each category. Of the
        combinations of the training instances, `validation` has a tenth.
        """
        sizes = tuple(SIZES.values())[:-1]
        every = np.arange(np.prod(sizes))
        instance = np.unravel_index(every, sizes)[1]
        official = np.isin(instance, _TRAIN_INSTANCES)
        if split == "test":
            return every[~official]
        own = every[official]
        train, validation = partition(len(own), _TRAIN_SHARE)
        return own[train if split == "train" else validation]

    def move(self, rng: np.random.Generator) -> Values:
        """Samples the azimuths of one clip; see `GridScene.move`."""
        config, ring = self.config, SIZES["azimuth"]
        speed = rng.integers(1, config.max_speed, endpoint=True)
        speed *= rng.choice([-1, 1])
        start = rng.integers(ring)
        return {"azimuth": motion.wrap(start, speed, config.num_frames, ring)}

    def draw(self, values: Values) -> tuple[np.ndarray, None]:
        """Looks frames up, and makes them smaller; see `Scene.draw`."""
        frames, _ = super().draw(values)
        return shrunk(frames, self.config.frame_size), None


def shrunk(frames: np.ndarray, size: int) -> np.ndarray:
    """Averages the area of each new pixel.

    Args:
        frames: Square frames, uint8 `[frames, old, old, 1]`.
        size: The new size, at most the old one.

    Returns:
        Frames, uint8 `[frames, size, size, 1]`.
    """
    old = frames.shape[1]
    if old == size:
        return frames
    weights = _covering(old, size)
    small = weights @ frames[..., 0].astype(np.float32) @ weights.T
    return np.rint(small).astype(np.uint8)[..., None]


@functools.cache
def _covering(old: int, size: int) -> np.ndarray:
    """Share of each old row in each new row, `[size, old]`."""
    edges = np.arange(size + 1) * old / size
    low, high = edges[:-1, None], edges[1:, None]
    row = np.arange(old)
    cover = np.minimum(row + 1, high) - np.maximum(row, low)
    return (np.maximum(cover, 0) * size / old).astype(np.float32)
