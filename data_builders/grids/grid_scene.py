"""A scene whose frames are looked up instead of drawn."""

import abc
import functools
from collections.abc import Iterable

import numpy as np
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.grids.image_grid import ImageGrid
from mipae_tf.data_builders.worlds.clip_config import ClipConfig
from mipae_tf.data_builders.worlds.scene import Scene
from mipae_tf.data_builders.worlds.scene import Values

_PARTITION_SEED = 20190608


class GridScene(Scene):
    """Clips of fixed content whose pose moves over a grid of images.

    A subclass declares `factors` in the order in which the images are stored,
    all with a size, and moves those that are per frame.

    Args:
        config: The configuration.
        images: The images; None if only the factors are needed.
    """

    objects = 0
    images: ImageGrid | None

    def __init__(self, config: ClipConfig, images: ImageGrid | None = None):
        self.config, self.images = config, images

    @abc.abstractmethod
    def contents(self, split: str) -> np.ndarray:
        """Flat indices of the combinations of content in a split."""

    @abc.abstractmethod
    def move(self, rng: np.random.Generator) -> Values:
        """Samples the pose of one clip: factor name to int `[time]`."""

    def sample(self, split: str, rng: np.random.Generator) -> Values:
        """Samples the factors of one clip; see `Scene.sample`."""
        fixed = [factor for factor in self.factors if not factor.per_frame]
        allowed = self.contents(split)
        chosen = allowed[rng.integers(len(allowed))]
        drawn = np.unravel_index(chosen, sizes_of(fixed))
        names = [factor.name for factor in fixed]
        return dict(zip(names, drawn, strict=True)) | self.move(rng)

    def draw(self, values: Values) -> tuple[np.ndarray, None]:
        """Looks frames up; see `Scene.draw`."""
        order = [values[factor.name] for factor in self.factors]
        return self.images.read(order), None


def sizes_of(factors: Iterable[Factor]) -> tuple[int, ...]:
    """The number of values of each factor."""
    return tuple(factor.size for factor in factors)


@functools.cache
def partition(count: int, *shares: float) -> list[np.ndarray]:
    """Divides combinations of content at random, always in the same way.

    Args:
        count: Number of combinations.
        *shares: Share of each part, at most 1 in total; the rest is one more
            part.

    Returns:
        The flat indices in each part, ascending. They do not depend on the seed
        of a configuration, so that all configurations agree.
    """
    shuffled = np.random.default_rng(_PARTITION_SEED).permutation(count)
    ends = np.rint(np.cumsum(shares) * count).astype(int)
    return [np.sort(part) for part in np.split(shuffled, ends)]
