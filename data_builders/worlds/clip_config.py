"""Base class of the configurations of clip builders."""

import dataclasses

import tensorflow_datasets as tfds


@dataclasses.dataclass(eq=False)
class ClipConfig(tfds.core.BuilderConfig):
    """Sizes, length, wall rule and seed of a dataset of generated clips.

    Attributes:
        train_clips: Clips in the train split.
        validation_clips: Clips in the validation split.
        test_clips: Clips in the test split.
        num_frames: Frames per clip. 20 frames are enough for the 15 frames of
            MIPAE (5 of context, 10 predicted) and the usual 10 + 10 of Moving
            MNIST.
        frame_size: Height and width of the frames.
        colour: Whether frames are RGB; otherwise they are grey with one
            channel.
        bounce: The rule at a wall; see `worlds.motion`.
        seed: Seed of the clips. The assignment of factors to splits does not
            depend on it.
        beam_above: Splits with more clips than this are generated with Apache
            Beam, smaller ones in a loop; the clips are the same.
    """

    train_clips: int = 10_000
    validation_clips: int = 1_000
    test_clips: int = 1_000
    num_frames: int = 20
    frame_size: int = 64
    colour: bool = True
    bounce: str = "clamp"
    seed: int = 0
    beam_above: int = 50_000

    def __post_init__(self):
        for field in ("train_clips", "validation_clips", "test_clips"):
            self._at_least(field, 1)
        self._at_least("num_frames", 1)
        self._at_least("frame_size", 8)
        self._at_least("seed", 0)
        self._at_least("beam_above", 0)

    def split_sizes(self) -> dict[str, int]:
        """The number of clips of every split."""
        return {
            "train": self.train_clips,
            "validation": self.validation_clips,
            "test": self.test_clips,
        }

    def _at_least(self, field: str, low: int) -> None:
        value = getattr(self, field)
        if not isinstance(value, int) or value < low:
            raise ValueError(
                f"{field} is {value!r} but must be an integer of at least "
                f"{low}."
            )

    def _one_of(self, field: str, allowed: tuple) -> None:
        value = getattr(self, field)
        if value not in allowed:
            choices = ", ".join(repr(choice) for choice in allowed)
            raise ValueError(
                f"{field} is {value!r} but must be one of {choices}."
            )
