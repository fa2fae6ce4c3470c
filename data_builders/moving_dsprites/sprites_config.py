"""The configuration of moving dSprites."""

import dataclasses

from mipae_tf.data_builders.worlds.clip_config import ClipConfig


@dataclasses.dataclass(eq=False)
class SpritesConfig(ClipConfig):
    """What moves, and how; see `ClipConfig` for the rest.

    Attributes:
        sprites: Sprites in a clip, 1 or 2.
        rotating: Sprites turn at a constant rate: orientation is then a pose
            factor rather than a content factor.
        max_speed: Largest speed per axis in grid steps per frame, and in
            orientation steps per frame where sprites turn; a speed is uniform
            on -max_speed..max_speed.
        held_out: The test split has combinations of content that the train
            and validation splits never show. Where false, every split draws
            all factors uniformly over all combinations.
        sprites_from: `drawn` by geometry, from the published `file`, or
            `auto`: from the file where it lies in the manual folder.
    """

    sprites: int = 2
    rotating: bool = False
    max_speed: int = 2
    held_out: bool = True
    sprites_from: str = "auto"

    def __post_init__(self):
        super().__post_init__()
        self._one_of("sprites", (1, 2))
        self._one_of("bounce", ("clamp", "reflect"))
        self._one_of("sprites_from", ("auto", "drawn", "file"))
        self._at_least("max_speed", 0)
