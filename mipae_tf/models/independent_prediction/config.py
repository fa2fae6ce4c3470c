"""Hyper-parameters of Independent Prediction and its entangled twin."""

import dataclasses

from mipae_tf.models.config import TORCH_RULES
from mipae_tf.models.independent_prediction.glyph_decoder import POSITION_DIM
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.options import option
from mipae_tf.options import override_default


@dataclasses.dataclass(frozen=True)
class IndependentPredictionConfig(SequenceConfig):
    """Hyper-parameters of Independent Prediction."""

    factors: int = option(
        2,
        "Number of factors of the state, which evolve independently; 1 is the "
        "entangled twin, whose state has factor_dim dimensions.",
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
        "Glyphs decoded from each factor, each at one position, and combined "
        "as 1 - (1 - g)(1 - h). 0: one decoder for the whole state, as "
        "published.",
        low=0,
    )
    feature_dim: int = option(64, "Size of the features of a frame.", low=2)
    posterior_dim: int = option(
        64,
        "Units of the dense layers of the posterior; 0: the size of the state.",
        low=0,
    )
    transition_dim: int = option(
        128, "Hidden units of the transition of each factor.", low=1
    )
    residual: bool = option(
        True,
        "Whether the transitions predict the (bounded) change of the state.",
    )
    observation_variance: float = option(
        0.25, "Variance of the Gaussian likelihood of a pixel.", above=0
    )
    learning_rate: float = override_default(
        SequenceConfig, "learning_rate", 2e-3
    )
    # About five times the usual norm: a rare outlier would otherwise dominate
    # Adam's moments.
    clip_norm: float = override_default(SequenceConfig, "clip_norm", 300.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.glyphs:
            return
        glyph_dim, rest = divmod(self.factor_dim, self.glyphs)
        if rest or glyph_dim <= POSITION_DIM:
            raise ValueError(
                f"--factor_dim={self.factor_dim} does not fit "
                f"--glyphs={self.glyphs}: it must be a multiple of the number "
                f"of glyphs, with at least {POSITION_DIM + 1} dimensions per "
                f"glyph ({POSITION_DIM} for its position)."
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
