"""The tfds builder of dSprites that move back and forth."""

import dataclasses

import tensorflow_datasets as tfds
from mipae_tf.data_builders.dsprites_static.product_builder import (
    ProductBuilder,
)
from mipae_tf.data_builders.dsprites_static.product_config import ProductConfig
from mipae_tf.data_builders.dsprites_static.properties import COLOURS
from mipae_tf.data_builders.dsprites_static.properties import Property
from mipae_tf.data_builders.dsprites_static.properties import there_and_back
from mipae_tf.data_builders.moving_dsprites.sprites import SHAPES


def _motions(onward: str, back: str) -> dict[str, tuple[int, ...]]:
    """Motions along an axis of 32 positions."""
    return {
        f"{onward}_1x": there_and_back(range(0, 32, 2)),
        f"{back}_1x": there_and_back(range(31, -1, -2)),
        f"{onward}_2x": there_and_back(range(0, 32, 4)),
        f"{back}_2x": there_and_back(range(31, -1, -4)),
        f"mid_{onward}": there_and_back(range(16, 32)),
        f"mid_{back}": there_and_back(range(16, -1, -1)),
    }


@dataclasses.dataclass(eq=False)
class DynamicConfig(ProductConfig):
    """Sprites that move; see `ProductConfig` for the attributes."""

    properties = (
        Property("colour", "color", "class", range(len(COLOURS))),
        Property("shape", "shape", "class", range(len(SHAPES))),
        Property("scale", "scale", "scalar", range(6)),
        # A quarter turn at most, so it is no angle that returns to its start.
        Property("orientation", "orientation", "scalar", range(0, 10, 2)),
        Property(
            "x",
            "posX_dynamic",
            "position",
            range(32),
            _motions("right", "left"),
        ),
        Property(
            "y", "posY_dynamic", "position", range(32), _motions("down", "up")
        ),
    )

    train_clips: int = 20_412
    validation_clips: int = 4_374
    test_clips: int = 4_374
    num_frames: int = 12


class Builder(ProductBuilder):
    """Clips of a sprite that moves back and forth."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "No download is needed: the sprites are drawn. For the config public, "
        "put the parquet files of TalBarami/msd_dsprites_dynamic (Hugging "
        "Face) into the manual folder."
    )
    BUILDER_CONFIGS = [
        DynamicConfig("full", description="Every combination, drawn."),
        DynamicConfig(
            "long",
            description="Like full, with 20 frames per clip.",
            num_frames=20,
        ),
        DynamicConfig(
            "small",
            description="A tenth of full, with 20 frames per clip.",
            train_clips=2_000,
            validation_clips=430,
            test_clips=430,
            num_frames=20,
        ),
        DynamicConfig(
            "public",
            description="The clips of the public files.",
            clips_from="files",
        ),
    ]
