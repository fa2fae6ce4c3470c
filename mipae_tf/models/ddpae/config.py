"""Hyper-parameters of DDPAE."""

import dataclasses
import math

from mipae_tf.models.config import TORCH_RULES
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.options import option
from mipae_tf.options import override_default


@dataclasses.dataclass(frozen=True)
class DDPAEConfig(SequenceConfig):
    """Hyper-parameters of DDPAE.

    The paper gives standard deviations; `observation_variance` is the square
    of its 0.3.
    """

    components: int = option(
        2, "Components, each with a content and a pose.", low=1, high=64
    )
    independent_components: bool = option(
        False,
        "Ablation: whether the prediction of the pose of a component does not "
        "depend on the components before it.",
    )
    image_dim: int = option(
        256, "Size of the code of a frame, from which poses follow.", low=1
    )
    content_dim: int = option(128, "Size of the content code.", low=1)
    lstm_dim: int = option(64, "Units of each LSTM layer.", low=1)
    scale_prior: float = option(
        2.0,
        "Mean of the prior of the scale: the frame size over the size of an "
        "object. Scales are within 1 of it.",
        low=1.5,
    )
    scale_deviation: float = option(
        0.2,
        "Standard deviation of the prior of the scale in the first frame; a "
        "large one lets one component draw several objects.",
        above=0,
    )
    transition_deviation: float = option(
        0.1,
        "Standard deviation of the prior of the change of the pose.",
        above=0,
    )
    first_deviation: float = option(
        0.1,
        "Initial standard deviation of the posterior of the change of the "
        "pose.",
        above=0,
    )
    observation_variance: float = option(
        0.09, "Variance of the Gaussian likelihood of a pixel.", above=0
    )
    width: int = override_default(SequenceConfig, "width", 8)
    beta_1: float = override_default(SequenceConfig, "beta_1", 0.5)
    context: int = override_default(SequenceConfig, "context", 10)

    PROTOCOLS = {
        "default": {},
        "published": {
            **TORCH_RULES,
            "batch_size": 64,
            "training_steps": 200_000,
            "schedule": "step",
            # softplus(0), where the authors' layers start.
            "first_deviation": math.log(2.0),
            "keep": "last",
        },
        # For frames of 32 pixels and digits of 14, on a CPU.
        "small": {
            "image_dim": 128,
            "context": 5,
            "train_horizon": 5,
            "training_steps": 10_000,
        },
    }
    SMALL = {
        **SequenceConfig.SMALL,
        "normalization": "group",
        "image_dim": 6,
        "content_dim": 5,
        "lstm_dim": 4,
    }
