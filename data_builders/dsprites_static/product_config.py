"""Configurations with clips of every combination of properties."""

import dataclasses
import math
from typing import ClassVar

import numpy as np
from mipae_tf.data_builders.dsprites_static.properties import Property
from mipae_tf.data_builders.moving_dsprites.sprites import FRAME_SIZE
from mipae_tf.data_builders.worlds.clip_config import ClipConfig

# The benchmark shuffles all combinations with this seed; 70 % are for training
# and 15 % each for validation and test.
_SHUFFLE_SEED = 42
_TRAIN, _TRAIN_AND_VALIDATION = 70, 85  # percent


@dataclasses.dataclass(eq=False)
class ProductConfig(ClipConfig):
    """One clip for each combination; see `ClipConfig` for other attributes.

    No clip is in two splits, but all values are in each.

    Attributes:
        properties: Properties of the sprite, in the order of the benchmark.
        train_clips: Clips of the train split: the first of those that belong to
            it. The same for the other two splits.
        num_frames: Frames per clip. Motions start at frame 0.
        clips_from: `drawn` from the geometry, or `files`: the public files of
            the benchmark, in the manual folder.
    """

    properties: ClassVar[tuple[Property, ...]]

    clips_from: str = "drawn"

    def __post_init__(self):
        super().__post_init__()
        self._one_of("frame_size", (FRAME_SIZE,))
        self._one_of("colour", (True,))
        self._one_of("bounce", ("clamp",))  # nothing bounces
        self._one_of("seed", (0,))  # nothing is random
        self._one_of("clips_from", ("drawn", "files"))
        combinations = self.combinations()
        for split, count in self.split_sizes().items():
            most = len(combinations[split])
            if count > most:
                raise ValueError(
                    f"{split}_clips is {count} but must be at most {most:,}, "
                    "the combinations of factors that belong to that split."
                )

    @classmethod
    def sizes(cls) -> tuple[int, ...]:
        """Number of choices of each property."""
        return tuple(each.choices for each in cls.properties)

    @classmethod
    def combinations(cls) -> dict[str, np.ndarray]:
        """Flat indices of the combinations of each split, in their order."""
        count = math.prod(cls.sizes())
        order = np.random.default_rng(_SHUFFLE_SEED).permutation(count)
        ends = [
            count * percent // 100
            for percent in (_TRAIN, _TRAIN_AND_VALIDATION)
        ]
        parts = np.split(order, ends)
        return dict(zip(("train", "validation", "test"), parts, strict=True))
