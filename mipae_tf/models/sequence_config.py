"""Hyper-parameters of models that train on sequences in one stage."""

import dataclasses

from mipae_tf.limits import INT32_MAX
from mipae_tf.models.config import ModelConfig
from mipae_tf.options import option


@dataclasses.dataclass(frozen=True)
class SequenceConfig(ModelConfig):
    """Hyper-parameters of a `SequenceStage`."""

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
        "Training steps of a model with one stage.",
        low=0,
        high=INT32_MAX,
        identity=False,
    )
    clip_norm: float = option(
        0.0, "Maximum norm of the gradients; 0 for no clipping.", low=0
    )
    kl_warmup: int = option(
        0,
        "Warm-up steps in which the KL weight rises from 0 to 1.",
        low=0,
        high=INT32_MAX,
    )
