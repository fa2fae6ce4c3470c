"""The world of moving dSprites."""

import dataclasses

import numpy as np
from mipae_tf.data_builders.moving_dsprites.sprites import SHAPES
from mipae_tf.data_builders.moving_dsprites.sprites import SIZES
from mipae_tf.data_builders.moving_dsprites.sprites import DrawnSprites
from mipae_tf.data_builders.moving_dsprites.sprites_config import SpritesConfig
from mipae_tf.data_builders.moving_dsprites.sprites_file import FileSprites
from mipae_tf.data_builders.worlds import compose
from mipae_tf.data_builders.worlds import motion
from mipae_tf.data_builders.worlds.scene import FRAME_SIZE
from mipae_tf.data_builders.worlds.scene import Factors
from mipae_tf.data_builders.worlds.scene import Scene
from mipae_tf.data_builders.worlds.scene import example_rng

_KINDS = dict(
    zip(("shape", "scale", "orientation", "x", "y"), SIZES, strict=True)
)
_BLOCK = 1000  # frames drawn at a time; bounds the memory beside the result
_LAST = 31  # the last position along an axis
_PARTITION_SEED = 201108614  # fixed: no configuration changes the test split
_TRAIN_COMBINATIONS = {720: 500, 18: 12}


@dataclasses.dataclass
class SpritesScene(Scene):
    """One or two sprites on black; sprite n is drawn in colour plane n.

    Attributes:
        config: The configuration.
        pixels: Where a sprite's pixels come from.
    """

    config: SpritesConfig
    pixels: DrawnSprites | FileSprites = DrawnSprites()

    def __post_init__(self):
        turning = ("orientation",) if self.config.rotating else ()
        moving = ("x", "y", *turning)
        fixed = tuple(kind for kind in _KINDS if kind not in moving)
        self._fixed = fixed
        self.objects = self.config.sprites
        self.content = self._per_sprite(fixed)
        if self._has_front:
            self.content["front"] = self.objects
        self.pose = self._per_sprite(moving)
        self.labels = {f"shape_{n}": SHAPES for n in range(self.objects)}

    @property
    def _has_front(self) -> bool:
        # In grey two white sprites merge and one has nothing to hide: a front
        # that nobody can see would be no factor.
        return self.config.colour and self.objects == 2

    def _per_sprite(self, kinds: tuple[str, ...]) -> dict[str, int]:
        return {
            f"{kind}_{n}": _KINDS[kind]
            for n in range(self.objects)
            for kind in kinds
        }

    def sample(
        self, split: str, rng: np.random.Generator
    ) -> tuple[Factors, Factors, Factors]:
        """Draws the factors of one clip; see `Scene.sample`."""
        sizes = tuple(_KINDS[kind] for kind in self._fixed)
        allowed = np.arange(np.prod(sizes))
        if self.config.held_out:
            allowed = combinations(len(allowed), split)
        chosen = allowed[rng.integers(len(allowed), size=self.objects)]
        values = np.stack(np.unravel_index(chosen, sizes), -1)
        names = self._per_sprite(self._fixed)
        content = dict(zip(names, values.ravel(), strict=True))
        if self._has_front:
            content["front"] = rng.integers(2)
        return content, self._move(rng), {}

    def _move(self, rng: np.random.Generator) -> Factors:
        config, each = self.config, (self.objects, 2)
        start = rng.integers(_LAST, size=each, endpoint=True)
        speed = self._speeds(rng, each)
        if config.bounce == "clamp":
            path = motion.clamp(start, speed, config.num_frames, _LAST, _LAST)
        else:
            path = motion.reflect(start, speed, config.num_frames, _LAST)
        if config.rotating:
            ring = _KINDS["orientation"]
            start = rng.integers(ring, size=self.objects)
            speed = self._speeds(rng, self.objects)
            turn = motion.wrap(start, speed, config.num_frames, ring)
            path = np.concatenate([path, turn[..., None]], -1)
        path = path.reshape(len(path), -1)  # [time, sprites * kinds]
        return dict(zip(self.pose, path.T, strict=True))

    def _speeds(self, rng: np.random.Generator, size) -> np.ndarray:
        fastest = self.config.max_speed
        return rng.integers(-fastest, fastest, size, endpoint=True)

    def draw(
        self, content: Factors, pose: Factors, instance: Factors
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draws frames and masks; see `Scene.draw`."""
        factors = content | pose
        layers = [
            self.pixels.draw(*(factors[f"{kind}_{n}"] for kind in _KINDS))
            for n in range(self.objects)
        ]
        layers = np.stack(layers, -1)  # [frames, 64, 64, sprites]
        masks = compose.visible(layers, content.get("front"))
        if self.config.colour:
            return compose.in_planes(layers, masks), masks
        return compose.in_grey(layers), masks

    def sample_static(
        self, count: int, seed: int, start: int = 0
    ) -> tuple[np.ndarray, Factors, Factors]:
        """Single frames with independent, uniform factors; see the builder."""
        sizes = self.content | self.pose
        high = np.array(list(sizes.values()))
        drawn = np.stack(
            [
                example_rng(seed, "static", index).integers(high)
                for index in range(start, start + count)
            ],
            -1,
        )  # [factors, count]
        factors = dict(zip(sizes, drawn.astype(np.int32), strict=True))
        channels = 3 if self.config.colour else 1
        frames = np.empty((count, FRAME_SIZE, FRAME_SIZE, channels), np.uint8)
        for low in range(0, count, _BLOCK):
            block = slice(low, low + _BLOCK)
            some = {name: values[block] for name, values in factors.items()}
            frames[block] = self.draw(some, {}, {})[0]
        content = {name: factors[name] for name in self.content}
        return frames, content, {name: factors[name] for name in self.pose}


def combinations(count: int, split: str) -> np.ndarray:
    """The combinations of content that a split may show.

    Args:
        count: Combinations of one sprite: 720 (shape, scale, orientation), or
            18 (shape, scale) where sprites turn.
        split: `test` has 220 or 6 of them to itself; `train` and `validation`
            share the other 500 or 12.

    Returns:
        Flat indices of the allowed combinations, in order.
    """
    shuffled = np.random.default_rng(_PARTITION_SEED).permutation(count)
    train = _TRAIN_COMBINATIONS[count]
    part = shuffled[train:] if split == "test" else shuffled[:train]
    return np.sort(part)
