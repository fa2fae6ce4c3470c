"""The configuration of sprites."""

import dataclasses

from mipae_tf.data_builders.sprites_lpc.characters import FRAME_SIZE
from mipae_tf.data_builders.sprites_lpc.characters import PHASES
from mipae_tf.data_builders.worlds.clip_config import ClipConfig

SOURCES = ("auto", "arrays", "sheets")


@dataclasses.dataclass(eq=False)
class LpcConfig(ClipConfig):
    """Clips of sprites; see `ClipConfig` for the other attributes.

    Attributes:
        train_clips: Maximum number of clips; fewer where there are fewer
            characters. The same for the other two splits. By default, all
            clips of the 1,296 published characters.
        num_frames: Frames per clip; after 8 frames the action starts again.
        any_start: Whether a clip starts at a random frame of the action,
            otherwise at its first.
        validation_share: Share of the training characters that are used for
            validation.
        pixels_from: `arrays`, an npz file in the manual folder; `sheets`, the
            sprite sheets in it; or `auto`: sheets if they are there, otherwise
            arrays.
        seed: Seed of the characters for validation, of the order of the clips
            and of their starts.
    """

    train_clips: int = 8_100
    validation_clips: int = 900
    test_clips: int = 2_664
    num_frames: int = PHASES
    any_start: bool = False
    validation_share: float = 0.1
    pixels_from: str = "auto"

    def __post_init__(self):
        super().__post_init__()
        self._one_of("frame_size", (FRAME_SIZE,))
        self._one_of("colour", (True,))
        self._one_of("bounce", ("clamp",))  # nothing bounces
        self._one_of("any_start", (False, True))
        self._one_of("pixels_from", SOURCES)
        share = self.validation_share
        if not isinstance(share, int | float) or not 0 < share < 1:
            raise ValueError(
                f"validation_share is {share!r} but must be a number between 0 "
                "and 1."
            )
