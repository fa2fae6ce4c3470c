"""The tfds builder of dSprites that grow, shrink and turn in place."""

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

# 0 and 39 look alike; the benchmark turns by two of the 40 steps per frame.
_TURNS = range(0, 40, 2)


@dataclasses.dataclass(eq=False)
class StaticConfig(ProductConfig):
    """Sprites at fixed positions; see `ProductConfig` for the attributes."""

    properties = (
        Property("colour", "color", "class", range(len(COLOURS))),
        Property("shape", "shape", "class", range(len(SHAPES))),
        Property("x", "posX", "position", range(2, 32, 4)),
        Property("y", "posY", "position", range(2, 32, 4)),
        Property(
            "scale",
            "scale_dynamic",
            "scalar",
            range(6),
            {
                "increasing_1x": there_and_back(range(0, 6, 1)),
                "decreasing_1x": there_and_back(range(5, -1, -1)),
                "increasing_2x": there_and_back(range(0, 6, 2)),
                "decreasing_2x": there_and_back(range(5, -1, -2)),
                "increasing_3x": (0, 5),
                "decreasing_3x": (5, 0),
            },
        ),
        Property(
            "orientation",
            "orientation_dynamic",
            "angle",
            _TURNS,
            {
                "counterclockwise": range(len(_TURNS)),
                "static": (0,),
                "clockwise": (0, *range(len(_TURNS) - 1, 0, -1)),
            },
        ),
    )

    train_clips: int = 21_772
    validation_clips: int = 4_666
    test_clips: int = 4_666
    num_frames: int = 16


class Builder(ProductBuilder):
    """Clips of a sprite that grows, shrinks and turns in place."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "No download is needed: the sprites are drawn. For the config public, "
        "put the parquet files of TalBarami/msd_dsprites_static (Hugging Face) "
        "into the manual folder."
    )
    BUILDER_CONFIGS = [
        StaticConfig("full", description="Every combination, drawn."),
        StaticConfig(
            "small",
            description="A tenth of full.",
            train_clips=2_100,
            validation_clips=450,
            test_clips=450,
        ),
        StaticConfig(
            "public",
            description="The clips of the public files.",
            clips_from="files",
        ),
    ]
