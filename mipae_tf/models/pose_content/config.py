"""Hyper-parameters that MIPAE, DRNET and AE-LSTM share."""

import dataclasses

from mipae_tf.limits import INT32_MAX
from mipae_tf.models.config import TORCH_RULES
from mipae_tf.models.config import ModelConfig
from mipae_tf.models.config import option
from mipae_tf.models.config import other_default
from mipae_tf.networks.backbones import BACKBONES

# What the authors' codes of DRNET (PyTorch) and MIPAE have in common.
PUBLISHED_RECIPE = {
    **TORCH_RULES,
    "backbone": "dcgan",
    "normalization": "batch",
    "code": "tanh",
    "reconstruction": "mse",
    "learning_rate": 2e-3,
    "beta_1": 0.5,
    "beta_2": 0.999,
    "schedule": "constant",
    "batch_size": 100,
    "representation_steps": 240_000,
    "keep": "last",
    "context": 5,
    "train_horizon": 10,
    "lstm_layers": 2,
    "lstm_dim": 256,
    "lstm_content": True,
    "lstm_target": "code",
    "dynamics_input": "frames",
    "dynamics_learning_rate": 2e-4,
    "dynamics_batch_size": 100,
    "dynamics_steps": 120_000,
}


@dataclasses.dataclass(frozen=True)
class RecurrentConfig(ModelConfig):
    """Networks, optimisation and dynamics of a `RecurrentAutoencoder`."""

    backbone: str = option(
        "coordinate",
        "Encoders and decoder.",
        choices=tuple(BACKBONES),
    )
    normalization: str = other_default(ModelConfig, "normalization", "group")
    code: str = option(
        "linear",
        "What the encoders do to their codes.",
        choices=("linear", "tanh", "unit"),
    )
    reconstruction: str = option(
        "bce",
        "Error of a drawn frame, mean over pixels: cross-entropy (nats, "
        "pixels as probabilities) or mse.",
        choices=("bce", "mse"),
    )
    learning_rate: float = other_default(ModelConfig, "learning_rate", 4e-3)
    beta_2: float = other_default(ModelConfig, "beta_2", 0.99)
    # On cached latents the predictor learns within the context too, from the
    # second frame on.
    context: int = other_default(ModelConfig, "context", 5, low=2)
    # Pairs across clips need two.
    batch_size: int = other_default(ModelConfig, "batch_size", 32, low=2)
    representation_steps: int = option(
        20_000,
        "Steps of the first stage.",
        low=0,
        high=INT32_MAX,
        identity=False,
    )
    lstm_dim: int = option(128, "Units of each LSTM layer.", low=1)
    lstm_layers: int = option(2, "LSTM layers.", low=1)
    lstm_content: bool = option(
        False,
        "Whether the LSTM sees the content too; it then learns training clips "
        "by heart where they are few.",
    )
    lstm_target: str = option(
        "difference",
        "What the LSTM gives: the next code, or what to add to the last.",
        choices=("difference", "code"),
    )
    dynamics_input: str = option(
        "latents",
        "latents: encoded once and cached. frames: encoded at every step, "
        "encoders in training mode, always true codes.",
        choices=("latents", "frames"),
    )
    dynamics_learning_rate: float = option(
        3e-3, "Adam's rate in the dynamics stage.", above=0
    )
    dynamics_batch_size: int = option(
        64, "Clips in a step of the dynamics stage.", low=1
    )
    dynamics_steps: int = option(
        5_000,
        "Steps of the dynamics stage.",
        low=0,
        high=INT32_MAX,
        identity=False,
    )
