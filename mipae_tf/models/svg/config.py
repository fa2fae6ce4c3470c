"""Hyper-parameters of SVG-LP and SVG-FP."""

import dataclasses
from typing import ClassVar

from mipae_tf.models.config import TORCH_RULES
from mipae_tf.models.config import VIDEO_AUGMENTATION
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.networks.backbones import OUTPUT_HELP
from mipae_tf.networks.backbones import OUTPUTS
from mipae_tf.options import option
from mipae_tf.options import override_default


@dataclasses.dataclass(frozen=True)
class SVGConfig(SequenceConfig):
    """Hyper-parameters of SVG-LP and SVG-FP.

    Attributes:
        LEARNED_PRIOR: whether the prior of the latent is learned.
    """

    LEARNED_PRIOR: ClassVar[bool]

    state_dim: int = option(128, "Size of the code of a frame.", low=1)
    noise_dim: int = option(
        10, "Size of the latent that is sampled for each frame.", low=1
    )
    lstm_dim: int = option(256, "Units of each LSTM layer.", low=1)
    lstm_layers: int = option(2, "LSTM layers.", low=1)
    kl_weight: float = option(
        2e-5,
        "Weight of the KL term, relative to the mean squared pixel error.",
        low=0,
    )
    skip_frame: str = option(
        "last",
        "Context frame whose skip maps are decoded after the context: last, "
        "or last_but_one as in the authors' code.",
        choices=("last", "last_but_one"),
    )
    backbone: str = option(
        "coordinate",
        "Encoders and decoder.",
        choices=("coordinate", "dcgan_skips", "vgg_resnet"),
    )
    output: str = option("drawn", OUTPUT_HELP, choices=OUTPUTS)
    learning_rate: float = override_default(
        SequenceConfig, "learning_rate", 2e-3
    )
    first_log_scale: float = option(
        -3.0,
        "Initial log-scale of the posterior; with a large one, the latent is "
        "mostly noise and the decoder learns to ignore it.",
    )
    clamp_log_scales: bool = option(
        True, "Whether log-scales of the latent are bounded to ±7."
    )
    time_steps: str = option(
        "together",
        "Calls of encoder and decoder in training. together: one call for all "
        "time steps; the loss is the mean over time. apart: one call per time "
        "step, so that batch normalization uses the frames of one step; the "
        "loss is the sum over time, as published.",
        choices=("together", "apart"),
    )

    PROTOCOLS = {
        "default": {},
        "published": {
            **TORCH_RULES,
            "clamp_log_scales": False,
            "time_steps": "apart",
            "backbone": "dcgan_skips",
            "skip_frame": "last_but_one",
            "schedule": "constant",
            "kl_weight": 1e-4,
            "first_log_scale": 0.0,
            "batch_size": 100,
            "training_steps": 180_000,
            "keep": "last",
        },
    }
    RECIPES = {
        "drawn": {},
        "video": {
            "backbone": "dcgan_skips",
            "normalization": "group",
            "output": "moved",
            "width": 16,
            "batch_size": 8,
            "training_steps": 1_500,
            "learning_rate": 1e-3,
            **VIDEO_AUGMENTATION,
        },
    }
    SMALL = {
        **SequenceConfig.SMALL,
        "backbone": "dcgan_skips",
        "normalization": "group",
        "state_dim": 7,
        "noise_dim": 3,
        "lstm_dim": 8,
        "first_log_scale": 0.0,
        "kl_weight": 1e-4,
        "learning_rate": 1e-3,
    }


@dataclasses.dataclass(frozen=True)
class SVGLPConfig(SVGConfig):
    """Hyper-parameters of SVG-LP."""

    LEARNED_PRIOR = True


@dataclasses.dataclass(frozen=True)
class SVGFPConfig(SVGConfig):
    """Hyper-parameters of SVG-FP."""

    LEARNED_PRIOR = False
