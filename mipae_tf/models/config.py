"""Hyper-parameters that all models share."""

import dataclasses
from collections.abc import Mapping
from typing import Any
from typing import ClassVar

import tensorflow as tf

from mipae_tf.data.augmentation import augment
from mipae_tf.options import Options
from mipae_tf.options import option

# Where PyTorch differs from Keras; part of every published protocol.
TORCH_RULES = {"adam_epsilon": "torch", "layer_rules": "torch"}

# Part of every recipe for recorded video.
VIDEO_AUGMENTATION = {
    "augment_flip": True,
    "augment_shift": 6,
    "augment_zoom": 0.2,
    "augment_contrast": 0.3,
}


@dataclasses.dataclass(frozen=True)
class ModelConfig(Options):
    """Base class of the configs of the models.

    A config is a frozen dataclass of `option` fields. This class holds what
    all models share: the width of the networks, the optimizer, the number of
    context and predicted frames, and which weights are kept.

    Raises:
        ValueError: if a value is not allowed; the message names the flag, the
            value and what is allowed.
    """

    MAX_INTEGER = 16_384  # size of a layer or a batch
    # Presets by name; values given by the user override them. A field that is
    # added later needs a default that keeps the behavior of older runs.
    PROTOCOLS: ClassVar[Mapping[str, Mapping[str, Any]]] = {"default": {}}
    # Changes to a protocol for a kind of video, by name of the recipe.
    RECIPES: ClassVar[Mapping[str, Mapping[str, Any]]] = {"drawn": {}}
    # A tiny network and few steps, for tests.
    SMALL: ClassVar[Mapping[str, Any]] = {}

    width: int = option(
        64,
        "Channels of the first convolution; the other widths are multiples.",
        low=1,
    )
    normalization: str = option(
        "batch",
        "Normalization of the convolutions (the encoders of the coordinate "
        "backbone have none).",
        choices=("batch", "group", "none"),
    )
    learning_rate: float = option(
        1e-3, "Learning rate of Adam in the first stage.", above=0
    )
    beta_1: float = option(
        0.9, "Adam's beta_1 in the first stage.", low=0, below=1
    )
    beta_2: float = option(
        0.999, "Adam's beta_2 in the first stage.", low=0, below=1
    )
    adam_epsilon: str = option(
        "keras",
        "Where Adam adds epsilon: keras, before the bias correction; torch, "
        "after it, as in the paper and in PyTorch since 1.3.",
        choices=("keras", "torch"),
    )
    layer_rules: str = option(
        "keras",
        "Framework whose layers are reproduced. In PyTorch, batch "
        "normalization keeps unbiased variances for inference, and LSTMs have "
        "two biases and other initial values.",
        choices=("keras", "torch"),
    )
    schedule: str = option(
        "cosine",
        "Learning rate schedule of a stage; step: a tenth in its second half.",
        choices=("cosine", "constant", "step"),
    )
    batch_size: int = option(32, "Clips per step in the first stage.", low=1)
    ema: float = option(
        0.0,
        "Decay of a moving average of the weights, which is then validated "
        "and kept; 0 for no averaging.",
        low=0,
        below=1,
    )
    keep: str = option(
        "best",
        "Weights kept after a stage: best (by validation loss) or last.",
        choices=("best", "last"),
    )
    context: int = option(5, "Frames of the context.", low=1)
    train_horizon: int = option(
        10, "Frames after the context that the model is trained on.", low=1
    )
    augment_flip: bool = option(
        False, "Whether half of the training clips are mirrored."
    )
    augment_shift: int = option(
        0, "Largest random shift of a training clip, in pixels.", low=0
    )
    augment_zoom: float = option(
        0.0,
        "Largest random change of the scale of a training clip, relative.",
        low=0,
        below=1,
    )
    augment_contrast: float = option(
        0.0,
        "Largest random change of the contrast of a training clip, relative.",
        low=0,
        below=1,
    )

    @classmethod
    def resolve(
        cls,
        protocol: str = "default",
        given: Mapping[str, Any] | None = None,
        recipe: str = "drawn",
    ) -> "ModelConfig":
        """Makes a config from the defaults, presets and given values.

        Args:
            protocol: a key of `PROTOCOLS`.
            given: values that override all presets.
            recipe: a key of `RECIPES`, whose values override the protocol.

        Raises:
            ValueError: if the protocol, the recipe or a name is unknown, or a
                value is not allowed.
        """
        given = dict(given or {})
        if recipe not in cls.RECIPES:
            raise ValueError(
                f"--recipe={recipe} is unknown to this model; it has "
                f"{', '.join(cls.RECIPES)}."
            )
        if cls.RECIPES[recipe] and protocol != "default":
            raise ValueError(
                f"--recipe={recipe} cannot be combined with "
                f"--protocol={protocol}; remove one of them."
            )
        if protocol not in cls.PROTOCOLS:
            raise ValueError(
                f"--protocol={protocol} is unknown to this model; it has "
                f"{', '.join(cls.PROTOCOLS)}."
            )
        names = {field.name for field in dataclasses.fields(cls)}
        for name in given:
            if name not in names:
                raise ValueError(
                    f"--{name} is not a hyper-parameter of this model; it has "
                    f"{', '.join(sorted(names))}."
                )
        presets = {**cls.PROTOCOLS[protocol], **cls.RECIPES[recipe]}
        return cls(**{**presets, **given})

    def augmented(self, frames: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
        """Training clips, changed at random as the config says.

        Args:
            frames: float in [0, 1], `[clips, time, height, width, channel]`.
            key: int32 `[2]`, seed of the random draws.
        """
        return augment(
            frames,
            key,
            flip=self.augment_flip,
            max_shift=self.augment_shift,
            max_zoom=self.augment_zoom,
            max_contrast=self.augment_contrast,
        )

    def identity(self) -> dict[str, Any]:
        """The values that may not change when a run is resumed."""
        return {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if field.metadata["identity"]
        }
