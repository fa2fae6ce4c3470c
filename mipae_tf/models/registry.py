"""The registered models, by the value of `--model`."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from mipae_tf.models.base import VideoModel
from mipae_tf.models.config import ModelConfig
from mipae_tf.models.ddpae.config import DDPAEConfig
from mipae_tf.models.ddpae.model import DDPAE
from mipae_tf.models.hierarchical_objects.config import (
    HierarchicalObjectsConfig,
)
from mipae_tf.models.hierarchical_objects.model import HierarchicalObjects
from mipae_tf.models.independent_prediction.config import (
    IndependentPredictionConfig,
)
from mipae_tf.models.independent_prediction.model import IndependentPrediction
from mipae_tf.models.mocogan.config import MoCoGANConfig
from mipae_tf.models.mocogan.model import MoCoGAN
from mipae_tf.models.pose_content.config import AELSTMConfig
from mipae_tf.models.pose_content.config import DRNETConfig
from mipae_tf.models.pose_content.config import MIPAEConfig
from mipae_tf.models.pose_content.model import PoseContentModel
from mipae_tf.models.svg.config import SVGFPConfig
from mipae_tf.models.svg.config import SVGLPConfig
from mipae_tf.models.svg.model import SVG


@dataclasses.dataclass(frozen=True)
class RegisteredModel:
    """A registered model.

    Attributes:
        model: class of the model.
        config: class of its hyper-parameters; it distinguishes the models of
            a family.
        title: name of the model in documentation and messages.
        about: one sentence for `--help` and the tables of models.
    """

    model: type[VideoModel]
    config: type[ModelConfig]
    title: str
    about: str


MODELS: dict[str, RegisteredModel] = {}


def register(
    name: str,
    model: type[VideoModel],
    config: type[ModelConfig],
    title: str,
    about: str,
) -> None:
    """Registers a model under a value of `--model`.

    Raises:
        ValueError: if the name is already registered.
    """
    if name in MODELS:
        raise ValueError(f"A model named {name!r} is already registered.")
    MODELS[name] = RegisteredModel(model, config, title, about)


register(
    "ae_lstm",
    PoseContentModel,
    AELSTMConfig,
    "AE-LSTM",
    "One code for content and pose, predicted by an LSTM.",
)
register(
    "ddpae",
    DDPAE,
    DDPAEConfig,
    "DDPAE",
    "A sum of components, each with a content and a pose that are inferred one "
    "after the other.",
)
register(
    "drnet",
    PoseContentModel,
    DRNETConfig,
    "DRNET",
    "Content and pose; a scene discriminator removes content from the pose.",
)
register(
    "hierarchical_objects",
    HierarchicalObjects,
    HierarchicalObjectsConfig,
    "Hierarchical Objects",
    "A background and objects, each with a content, a pose and a place; an "
    "LSTM predicts poses from stored codes.",
)
register(
    "independent_prediction",
    IndependentPrediction,
    IndependentPredictionConfig,
    "Independent Prediction",
    "A state of several factors, each predicted from its own past.",
)
register(
    "mipae",
    PoseContentModel,
    MIPAEConfig,
    "MIPAE",
    "Content and pose; a penalty on the mutual information of two poses "
    "removes content from the pose.",
)
register(
    "mocogan",
    MoCoGAN,
    MoCoGANConfig,
    "MoCoGAN",
    "Generates clips from content and motion codes with two discriminators; "
    "forecasts with --encoder.",
)
register(
    "svg_fp",
    SVG,
    SVGFPConfig,
    "SVG-FP",
    "Predicts each frame from the previous one and a latent with a fixed "
    "prior.",
)
register(
    "svg_lp",
    SVG,
    SVGLPConfig,
    "SVG-LP",
    "Predicts each frame from the previous one and a latent with a learned "
    "prior.",
)


def registered(name: str) -> RegisteredModel:
    """The registered model of that name.

    Raises:
        ValueError: if there is none.
    """
    if name not in MODELS:
        raise ValueError(
            f"--model={name} is unknown; allowed are {', '.join(MODELS)}."
        )
    return MODELS[name]


def config_class(name: str) -> type[ModelConfig]:
    """The config class of `--model=name`."""
    return registered(name).config


def build_model(
    name: str,
    config: ModelConfig,
    frame_shape: tuple[int, int, int],
    seed: int = 0,
) -> VideoModel:
    """Creates a model with initial weights from a resolved config."""
    entry = registered(name)
    return entry.model(config, frame_shape, seed, title=entry.title)


def make_model(
    name: str,
    frame_shape: tuple[int, int, int],
    seed: int = 0,
    protocol: str = "default",
    given: Mapping[str, Any] | None = None,
) -> VideoModel:
    """Creates a model with initial weights.

    Args:
        name: value of `--model`.
        frame_shape: (height, width, channel) of the video.
        seed: seed of all random draws in training.
        protocol: preset of hyper-parameters.
        given: hyper-parameters that override the preset.
    """
    config = config_class(name).resolve(protocol, given)
    return build_model(name, config, frame_shape, seed)
