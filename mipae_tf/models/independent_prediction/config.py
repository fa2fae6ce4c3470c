"""Hyper-parameters of Independent Prediction and its entangled twin."""

import dataclasses

from mipae_tf.models.config import TORCH_RULES
from mipae_tf.models.independent_prediction.glyph_decoder import PLACE_DIM
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.options import option
from mipae_tf.options import other_default


@dataclasses.dataclass(frozen=True)
class IndependentPredictionConfig(SequenceConfig):
    """Hyper-parameters of Independent Prediction and its entangled twin."""

    factors: int = option(
        2,
        "Parts of the state that evolve independently; 1 is the entangled "
        "twin, with factor_dim the size of the whole state.",
        low=1,
    )
    factor_dim: int = option(6, "Dimensions of each factor.", low=1)
    backbone: str = option(
        "coordinate",
        "Encoders and decoder.",
        choices=("coordinate", "dcgan"),
    )
    glyphs: int = option(
        1,
        "Glyphs that each factor draws, each in one place; combined "
        "as 1 - (1 - g)(1 - h). 0: one generator draws the whole frame from "
        "the whole state, as published.",
        low=0,
    )
    feature_dim: int = option(64, "Size of the features of a frame.", low=2)
    posterior_dim: int = option(
        64, "Units of the filter's dense layers; 0: the state's.", low=0
    )
    transition_dim: int = option(
        128, "Hidden units of each factor's transition.", low=1
    )
    residual: bool = option(
        True,
        "Whether a transition predicts the change of the state, within bounds.",
    )
    observation_variance: float = option(
        0.25, "Variance of a pixel around its predicted mean.", above=0
    )
    learning_rate: float = other_default(SequenceConfig, "learning_rate", 2e-3)
    # Some five times what is usual: a rare clip would spoil Adam's moments.
    clip_norm: float = other_default(SequenceConfig, "clip_norm", 300.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.glyphs:
            return
        numbers, rest = divmod(self.factor_dim, self.glyphs)
        if rest or numbers <= PLACE_DIM:
            raise ValueError(
                f"--factor_dim={self.factor_dim} does not go with "
                f"--glyphs={self.glyphs}: each glyph needs {PLACE_DIM + 1} or "
                f"more numbers, {PLACE_DIM} for its place and the others for "
                "its look, and all the same number."
            )

    PROTOCOLS = {
        "default": {},
        "published": {
            **TORCH_RULES,
            "backbone": "dcgan",
            "glyphs": 0,
            "feature_dim": 32,
            "residual": False,
            "clip_norm": 0.0,
            "posterior_dim": 0,
            "schedule": "constant",
        },
    }
    SMALL = {
        **SequenceConfig.SMALL,
        "backbone": "dcgan",
        "normalization": "group",
        "glyphs": 0,
        "feature_dim": 8,
        "posterior_dim": 8,
        "transition_dim": 8,
        "learning_rate": 1e-3,
        "clip_norm": 0.0,
    }
