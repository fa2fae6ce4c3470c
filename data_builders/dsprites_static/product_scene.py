"""The scene of one coloured sprite whose properties move independently."""

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np
from mipae_tf.data_builders.dsprites_static.product_config import ProductConfig
from mipae_tf.data_builders.dsprites_static.properties import COLOURS
from mipae_tf.data_builders.moving_dsprites.sprites import SHAPES
from mipae_tf.data_builders.moving_dsprites.sprites import DrawnSprites
from mipae_tf.data_builders.worlds.scene import Scene
from mipae_tf.data_builders.worlds.scene import Values

_RGB = np.array(list(COLOURS.values()), np.uint8)
_DRAWN = ("shape", "scale", "orientation", "x", "y")


@dataclasses.dataclass
class ProductScene(Scene):
    """One sprite on black.

    Attributes:
        config: The configuration, which has the properties of the sprite.
    """

    config: ProductConfig
    objects = 1

    def __post_init__(self):
        properties = self.config.properties
        self.factors = tuple(f for each in properties for f in each.factors())
        self.labels = {"colour": tuple(COLOURS), "shape": SHAPES} | {
            each.motion_name: tuple(each.motions)
            for each in properties
            if each.motions
        }

    def values(self, split: str, index: int) -> Values:
        """The factors of one clip; see `Scene.values`."""
        flat = self._combinations[split][index]
        return self.values_of(np.unravel_index(flat, self.config.sizes()))

    def values_of(self, choices: Sequence[int]) -> Values:
        """The factors for a value or motion of each property.

        Args:
            choices: Index of a value or motion, in the order of the properties.
        """
        values, time = {}, self.config.num_frames
        for each, choice in zip(self.config.properties, choices, strict=True):
            if each.motions is None:
                values[each.name] = int(choice)
                continue
            values[each.name] = each.path(int(choice), time)
            values[each.motion_name] = np.full(time, choice, np.int32)
        return values

    def draw(self, values: Values) -> tuple[np.ndarray, np.ndarray]:
        """Draws frames and masks; see `Scene.draw`."""
        places = {
            each.name: np.array(each.grid)[values[each.name]]
            for each in self.config.properties
        }
        sprites = DrawnSprites().draw(*(places[name] for name in _DRAWN))
        masks = (sprites > 0).astype(np.uint8)[..., None]
        frames = np.zeros((*sprites.shape, 3), np.uint8)
        # Only a few hundred pixels of a frame are not black.
        drawn = np.flatnonzero(sprites)  # [pixels]
        frame = drawn // sprites[0].size
        frames.reshape(-1, 3)[drawn] = _RGB[places["colour"]][frame]
        return frames, masks

    def sample_static(
        self, count: int, seed: int, start: int = 0
    ) -> tuple[np.ndarray, Values, Values]:
        """Samples single frames, which do not show motions."""
        frames, content, pose = super().sample_static(count, seed, start)
        for each in self.config.properties:
            pose.pop(each.motion_name, None)
        return frames, content, pose

    @functools.cached_property
    def _combinations(self) -> dict[str, np.ndarray]:
        return self.config.combinations()
