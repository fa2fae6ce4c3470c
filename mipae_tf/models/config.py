"""Hyper-parameters that every model has."""

import dataclasses
from collections.abc import Mapping
from typing import Any
from typing import ClassVar

from mipae_tf.options import Options
from mipae_tf.options import option

# What the authors' framework does otherwise than ours; in every published
# protocol.
TORCH_RULES = {"adam_epsilon": "torch", "layer_rules": "torch"}


@dataclasses.dataclass(frozen=True)
class ModelConfig(Options):
    """Base of every model's `Config`, a frozen dataclass of `option` fields.

    What every model has stands here: the width of its networks, how it is
    optimised, the frames it is given and learns to predict, and the weights
    that it keeps.

    Raises:
        ValueError: on making one with a value that is not allowed; the
            message names the flag, the value and what is allowed.
    """

    HIGH = 16_384  # of a network or a batch
    # Named sets of values; what the user gives explicitly wins over them. The
    # default of a field that is added later must keep older runs as they are.
    PROTOCOLS: ClassVar[Mapping[str, Mapping[str, Any]]] = {"default": {}}
    # A tiny network and few steps, for tests and for trying a command.
    SMALL: ClassVar[Mapping[str, Any]] = {}

    width: int = option(
        64, "Channels of the first convolution; the others follow.", low=1
    )
    normalization: str = option(
        "batch",
        "Normalisation of the convolutions (the encoders of the coordinate "
        "backbone have none).",
        choices=("batch", "group", "none"),
    )
    learning_rate: float = option(
        1e-3, "Adam's rate in the first stage.", above=0
    )
    beta_1: float = option(
        0.9, "Adam's first decay, same stage.", low=0, below=1
    )
    beta_2: float = option(
        0.999, "Adam's second decay, same stage.", low=0, below=1
    )
    adam_epsilon: str = option(
        "keras",
        "Where Adam adds its epsilon: before the bias correction, as Keras "
        "does, or after it, as its paper and PyTorch since 1.3 do.",
        choices=("keras", "torch"),
    )
    layer_rules: str = option(
        "keras",
        "Whose rules layers follow. PyTorch's batch normalization keeps "
        "unbiased variances for inference; its LSTMs have two biases and "
        "other initial values.",
        choices=("keras", "torch"),
    )
    schedule: str = option(
        "cosine",
        "Learning rate over the steps of a stage.",
        choices=("cosine", "constant"),
    )
    batch_size: int = option(32, "Clips in a step of the first stage.", low=1)
    ema: float = option(
        0.0,
        "Decay of a moving average of the weights, which is then what is "
        "validated and left behind; 0: the weights themselves.",
        low=0,
        below=1,
    )
    keep: str = option(
        "best",
        "Weights a stage leaves behind: best by validation loss, or last.",
        choices=("best", "last"),
    )
    context: int = option(5, "Frames seen before the forecast begins.", low=1)
    train_horizon: int = option(
        10, "Frames beyond the context that the dynamics learn on.", low=1
    )

    @classmethod
    def resolve(
        cls, protocol: str = "default", given: Mapping[str, Any] | None = None
    ) -> "ModelConfig":
        """Defaults, then the protocol's values, then those given.

        Raises:
            ValueError: for an unknown protocol, a name this model lacks, or
                a value that is not allowed.
        """
        given = dict(given or {})
        if protocol not in cls.PROTOCOLS:
            raise ValueError(
                f"--protocol={protocol} is unknown to this model; it has "
                f"{', '.join(cls.PROTOCOLS)}."
            )
        names = {field.name for field in dataclasses.fields(cls)}
        for name in given:
            if name not in names:
                raise ValueError(
                    f"--{name} is no hyper-parameter of this model; it has "
                    f"{', '.join(sorted(names))}."
                )
        return cls(**{**cls.PROTOCOLS[protocol], **given})

    def identity(self) -> dict[str, Any]:
        """The values that make a run of this model another run."""
        return {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if field.metadata["identity"]
        }
