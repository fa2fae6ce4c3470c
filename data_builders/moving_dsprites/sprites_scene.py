"""The scene of moving dSprites."""

import dataclasses

import numpy as np
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.moving_dsprites.sprites import SHAPES
from mipae_tf.data_builders.moving_dsprites.sprites import SIZES
from mipae_tf.data_builders.moving_dsprites.sprites import DrawnSprites
from mipae_tf.data_builders.moving_dsprites.sprites_config import SpritesConfig
from mipae_tf.data_builders.moving_dsprites.sprites_file import FileSprites
from mipae_tf.data_builders.worlds import compose
from mipae_tf.data_builders.worlds import motion
from mipae_tf.data_builders.worlds.scene import Scene
from mipae_tf.data_builders.worlds.scene import Values

_SIZES = dict(
    zip(("shape", "scale", "orientation", "x", "y"), SIZES, strict=True)
)
_KINDS = {
    "shape": "class",
    "scale": "scalar",
    "orientation": "angle",
    "x": "position",
    "y": "position",
}
_MAX_POSITION = 31  # the last position along an axis
_PARTITION_SEED = 201108614  # fixed, so that all configurations agree
_TRAIN_COMBINATIONS = {720: 500, 18: 12}


@dataclasses.dataclass
class SpritesScene(Scene):
    """One or two sprites on black; sprite n has colour plane n.

    Attributes:
        config: The configuration.
        pixels: Source of the pixels of sprites.
    """

    config: SpritesConfig
    pixels: DrawnSprites | FileSprites = DrawnSprites()

    def __post_init__(self):
        turning = ("orientation",) if self.config.rotating else ()
        self._moving = ("x", "y", *turning)
        self._fixed = tuple(p for p in _SIZES if p not in self._moving)
        self.objects = self.config.sprites
        front = [Factor("front", "class", False, size=self.objects)]
        self.factors = (
            *self._declared(self._fixed, per_frame=False),
            *(front if self._has_front else []),
            *self._declared(self._moving, per_frame=True),
        )
        self.labels = {f"shape_{n}": SHAPES for n in range(self.objects)}

    @property
    def _has_front(self) -> bool:
        # Two grey sprites merge and a single one hides nothing, so that which
        # one is in front would not be visible.
        return self.config.colour and self.objects == 2

    def _declared(
        self, properties: tuple[str, ...], per_frame: bool
    ) -> list[Factor]:
        return [
            Factor(
                f"{each}_{n}",
                _KINDS[each],
                per_frame,
                size=_SIZES[each],
                object=n,
                axis=each if _KINDS[each] == "position" else None,
            )
            for n in range(self.objects)
            for each in properties
        ]

    def sample(self, split: str, rng: np.random.Generator) -> Values:
        """Draws the factors of one clip; see `Scene.sample`."""
        sizes = tuple(_SIZES[each] for each in self._fixed)
        allowed = np.arange(np.prod(sizes))
        if self.config.held_out:
            allowed = combinations(len(allowed), split)
        chosen = allowed[rng.integers(len(allowed), size=self.objects)]
        drawn = np.stack(np.unravel_index(chosen, sizes), -1)
        values = dict(zip(self._names(self._fixed), drawn.ravel(), strict=True))
        if self._has_front:
            values["front"] = rng.integers(2)
        return values | self._move(rng)

    def _names(self, properties: tuple[str, ...]) -> list[str]:
        return [
            f"{each}_{n}" for n in range(self.objects) for each in properties
        ]

    def _move(self, rng: np.random.Generator) -> Values:
        config, each = self.config, (self.objects, 2)
        start = rng.integers(_MAX_POSITION, size=each, endpoint=True)
        speed = self._speeds(rng, each)
        if config.bounce == "clamp":
            path = motion.clamp(
                start, speed, config.num_frames, _MAX_POSITION, _MAX_POSITION
            )
        else:
            path = motion.reflect(
                start, speed, config.num_frames, _MAX_POSITION
            )
        if config.rotating:
            ring = _SIZES["orientation"]
            start = rng.integers(ring, size=self.objects)
            speed = self._speeds(rng, self.objects)
            turn = motion.wrap(start, speed, config.num_frames, ring)
            path = np.concatenate([path, turn[..., None]], -1)
        path = path.reshape(len(path), -1)  # [time, sprites * kinds]
        return dict(zip(self._names(self._moving), path.T, strict=True))

    def _speeds(self, rng: np.random.Generator, size) -> np.ndarray:
        fastest = self.config.max_speed
        return rng.integers(-fastest, fastest, size, endpoint=True)

    def draw(self, values: Values) -> tuple[np.ndarray, np.ndarray]:
        """Draws frames and masks; see `Scene.draw`."""
        layers = [
            self.pixels.draw(*(values[f"{each}_{n}"] for each in _SIZES))
            for n in range(self.objects)
        ]
        layers = np.stack(layers)  # [sprites, frames, 64, 64]
        masks = compose.visible(layers, values.get("front"))
        if self.config.colour:
            frames = compose.in_planes(layers, masks)
        else:
            frames = compose.in_grey(layers)
        return frames, compose.on_last_axis(masks)


def combinations(count: int, split: str) -> np.ndarray:
    """The combinations of content in a split.

    Args:
        count: Number of combinations of one sprite: 720 (shape, scale,
            orientation), or 18 (shape, scale) for rotating sprites.
        split: `test` has 220 or 6 of its own; `train` and `validation` share
            the other 500 or 12.

    Returns:
        Flat indices of the combinations, in ascending order.
    """
    shuffled = np.random.default_rng(_PARTITION_SEED).permutation(count)
    train = _TRAIN_COMBINATIONS[count]
    part = shuffled[train:] if split == "test" else shuffled[:train]
    return np.sort(part)
