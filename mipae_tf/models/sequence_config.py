"""Hyper-parameters of models that learn whole clips in one stage."""

import dataclasses

from mipae_tf.limits import INT32_MAX
from mipae_tf.models.config import ModelConfig
from mipae_tf.options import option


@dataclasses.dataclass(frozen=True)
class SequenceConfig(ModelConfig):
    """How a `SequenceStage` trains."""

    SMALL = {
        "width": 2,
        "batch_size": 4,
        "training_steps": 4,
        "context": 2,
        "train_horizon": 3,
        "schedule": "constant",
        "keep": "last",
    }

    training_steps: int = option(
        20_000,
        "Steps of a model of one stage.",
        low=0,
        high=INT32_MAX,
        identity=False,
    )
    clip_norm: float = option(
        0.0, "Largest norm of the gradients; 0: as they are.", low=0
    )
    kl_warmup: int = option(
        0,
        "Steps in which the weight of the KL rises from 0 to 1.",
        low=0,
        high=INT32_MAX,
    )
