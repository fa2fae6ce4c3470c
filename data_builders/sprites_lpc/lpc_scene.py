"""The scene of sprites: looks up the frames of characters."""

import dataclasses
import functools
from collections.abc import Mapping

import numpy as np
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.sprites_lpc.characters import ACTIONS
from mipae_tf.data_builders.sprites_lpc.characters import ATTRIBUTES
from mipae_tf.data_builders.sprites_lpc.characters import CYCLE_SHAPE
from mipae_tf.data_builders.sprites_lpc.characters import DIRECTIONS
from mipae_tf.data_builders.sprites_lpc.characters import MOVES
from mipae_tf.data_builders.sprites_lpc.characters import NUM_CHARACTERS
from mipae_tf.data_builders.sprites_lpc.characters import PHASES
from mipae_tf.data_builders.sprites_lpc.characters import VALUES
from mipae_tf.data_builders.sprites_lpc.characters import Characters
from mipae_tf.data_builders.sprites_lpc.characters import attributes_of
from mipae_tf.data_builders.sprites_lpc.characters import character_number
from mipae_tf.data_builders.sprites_lpc.lpc_config import LpcConfig
from mipae_tf.data_builders.worlds.scene import Scene
from mipae_tf.data_builders.worlds.scene import Values
from mipae_tf.data_builders.worlds.scene import example_rng

_CHARACTER = "character"
_SPLITS = ("train", "validation", "test")


@dataclasses.dataclass
class LpcScene(Scene):
    """One character on black that walks, casts a spell or slashes.

    Attributes:
        config: The configuration.
        characters: Source of the pixels; None if only the factors are needed.
    """

    config: LpcConfig
    characters: Characters | None = None
    objects = 0
    factors = (
        *(Factor(name, "class", False, size=VALUES) for name in ATTRIBUTES),
        Factor("action", "class", True, size=len(ACTIONS)),
        Factor("direction", "class", True, size=len(DIRECTIONS)),
        Factor("phase", "angle", True, size=PHASES),
        # Its nine clips are not independent, and no split divides it.
        Factor(_CHARACTER, "source", False, size=NUM_CHARACTERS),
    )
    labels = {"action": ACTIONS, "direction": DIRECTIONS}

    def count(self, split: str) -> int:
        """Number of clips that a split can have."""
        return len(self._clips(split))

    def values(self, split: str, index: int) -> Values:
        """The factors of one clip; see `Scene.values`."""
        number, move = divmod(int(self._clips(split)[index]), MOVES)
        action, direction = divmod(move, len(DIRECTIONS))
        time = np.arange(self.config.num_frames)
        start = 0
        if self.config.any_start:
            rng = example_rng(self.config.seed, split, index)
            start = rng.integers(PHASES)
        return {
            **dict(zip(ATTRIBUTES, attributes_of(number), strict=True)),
            "action": np.full(len(time), action),
            "direction": np.full(len(time), direction),
            "phase": (start + time) % PHASES,
            _CHARACTER: number,
        }

    def render(
        self,
        content: Mapping[str, np.ndarray],
        pose: Mapping[str, np.ndarray],
        instance: Mapping[str, np.ndarray] | None = None,
    ) -> tuple[np.ndarray, None]:
        """Looks up one clip; see `Scene.render`.

        The attributes say which character it is, so `instance` is not used.

        Raises:
            ValueError: If a factor is missing or out of range, lengths differ,
                or there are no frames of the character.
        """
        return super().render(content, pose, {_CHARACTER: 0})

    def draw(self, values: Values) -> tuple[np.ndarray, None]:
        """Looks up frames; see `Scene.draw`."""
        number = character_number(*(values[name] for name in ATTRIBUTES))
        move = len(DIRECTIONS) * values["action"] + values["direction"]
        frames = np.empty((len(number), *CYCLE_SHAPE[1:]), np.uint8)
        each, of = np.unique(MOVES * number + move, return_inverse=True)
        for index, wanted in enumerate(each):
            chosen = np.flatnonzero(of == index)
            cycle = self.characters.cycle(*divmod(int(wanted), MOVES))
            frames[chosen] = cycle[values["phase"][chosen]]
        return frames, None

    @functools.cached_property
    def split_characters(self) -> dict[str, np.ndarray]:
        """The characters of each split, ascending."""
        train = self.characters.numbers("train")
        held = max(1, round(self.config.validation_share * len(train)))
        order = np.random.default_rng(self.config.seed).permutation(train)
        return {
            "train": np.sort(order[held:]),
            "validation": np.sort(order[:held]),
            "test": self.characters.numbers("test"),
        }

    def _clips(self, split: str) -> np.ndarray:
        """9 * character + move of each clip of a split, shuffled."""
        return self._shuffled[split]

    @functools.cached_property
    def _shuffled(self) -> dict[str, np.ndarray]:
        shuffled = {}
        for number, split in enumerate(_SPLITS):
            first = MOVES * self.split_characters[split]
            every = (first[:, None] + np.arange(MOVES)).ravel()
            rng = np.random.default_rng([self.config.seed, number])
            shuffled[split] = rng.permutation(every)
        return shuffled
