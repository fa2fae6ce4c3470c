"""The configuration of moving dSprites."""

import dataclasses

from mipae_tf.data_builders.moving_dsprites.sprites import FRAME_SIZE
from mipae_tf.data_builders.worlds.clip_config import ClipConfig


@dataclasses.dataclass(eq=False)
class SpritesConfig(ClipConfig):
    """Sprites and their motion; see `ClipConfig` for the other attributes.

    Attributes:
        sprites: Number of sprites in a clip, 1 or 2.
        rotating: Whether sprites rotate at a constant rate. Orientation is then
            a pose factor instead of a content factor.
        max_speed: Maximum speed per axis in grid steps per frame, and in
            orientation steps per frame for rotating sprites. Speeds are uniform
            on -max_speed..max_speed.
        held_out: Whether the test split has combinations of content that are
            not in the train and validation splits. If false, every split draws
            all factors uniformly over all combinations.
        sprites_from: `drawn` from the geometry, from the published `file`, or
            `auto`: from the file if it is in the manual folder.
    """

    sprites: int = 2
    rotating: bool = False
    max_speed: int = 2
    held_out: bool = True
    sprites_from: str = "auto"

    def __post_init__(self):
        super().__post_init__()
        self._one_of("frame_size", (FRAME_SIZE,))
        self._one_of("sprites", (1, 2))
        self._one_of("bounce", ("clamp", "reflect"))
        self._one_of("sprites_from", ("auto", "drawn", "file"))
        self._at_least("max_speed", 0)
