"""The scene of small NORB videos."""

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
        if self.config.frame_size < frames.shape[1]:
            frames = shrunk(frames)  # from 96 to 64
        return frames, None


def shrunk(frames: np.ndarray) -> np.ndarray:
    """Makes frames smaller by a third: a new pixel is the mean of its area.

    Three old rows become two new ones: the first covers the first old row and
    half of the second one. In integers, because a product with a matrix is
    slower for such small frames, by far if its threads have to wait.

    Args:
        frames: uint8 `[frames, 3 n, 3 n, 1]`.

    Returns:
        Frames, uint8 `[frames, 2 n, 2 n, 1]`.
    """
    total = frames.astype(np.uint16)  # 9 times the new values, at most 2,295
    for axis in (1, 2):
        parts = np.moveaxis(total, axis, 0)
        first, middle, last = parts[0::3], parts[1::3], parts[2::3]
        pair = np.stack([2 * first + middle, middle + 2 * last], 1)
        # [n, 2, ...] to [2 n, ...]
        total = np.moveaxis(pair.reshape(-1, *pair.shape[2:]), 0, axis)
    return ((total + 4) // 9).astype(np.uint8)
