"""The systems by the names that `--model` takes."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from mipae_tf.models.base import VideoModel
from mipae_tf.models.config import ModelConfig
from mipae_tf.models.independent_prediction.config import (
    IndependentPredictionConfig,
)
from mipae_tf.models.independent_prediction.model import IndependentPrediction
from mipae_tf.models.pose_content.config import AELSTMConfig
from mipae_tf.models.pose_content.config import DRNETConfig
from mipae_tf.models.pose_content.config import MIPAEConfig
from mipae_tf.models.pose_content.model import PoseContentModel
from mipae_tf.models.svg.config import SVGFPConfig
from mipae_tf.models.svg.config import SVGLPConfig
from mipae_tf.models.svg.model import SVG


@dataclasses.dataclass(frozen=True)
class RegisteredModel:
    """One value of `--model`.

    Attributes:
        model: the class.
        config: its hyper-parameters, in which the members of a family differ.
        title: what pages and messages call the model.
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
    """Makes a model known by the name that `--model` takes.

    Raises:
        ValueError: when the name is taken.
    """
    if name in MODELS:
        raise ValueError(f"A model named {name!r} is registered already.")
    MODELS[name] = RegisteredModel(model, config, title, about)


register(
    "ae_lstm",
    PoseContentModel,
    AELSTMConfig,
    "AE-LSTM",
    "One code for content and pose, predicted by an LSTM.",
)
register(
    "drnet",
    PoseContentModel,
    DRNETConfig,
    "DRNET",
    "Content and pose; a scene discriminator removes content from the pose.",
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
    "svg_fp",
    SVG,
    SVGFPConfig,
    "SVG-FP",
    "The next frame from the last one and a latent with a fixed prior.",
)
register(
    "svg_lp",
    SVG,
    SVGLPConfig,
    "SVG-LP",
    "The next frame from the last one and a latent with a learned prior.",
)


def registered(name: str) -> RegisteredModel:
    """What `--model=name` means.

    Raises:
        ValueError: when there is none.
    """
    if name not in MODELS:
        raise ValueError(
            f"--model={name} is unknown; allowed are {', '.join(MODELS)}."
        )
    return MODELS[name]


def config_class(name: str) -> type[ModelConfig]:
    """Class of the hyper-parameters of `--model=name`."""
    return registered(name).config


def build_model(
    name: str,
    config: ModelConfig,
    frame_shape: tuple[int, int, int],
    seed: int = 0,
) -> VideoModel:
    """A model with fresh weights, of a config that is resolved already."""
    entry = registered(name)
    return entry.model(config, frame_shape, seed, title=entry.title)


def make_model(
    name: str,
    frame_shape: tuple[int, int, int],
    seed: int = 0,
    protocol: str = "default",
    given: Mapping[str, Any] | None = None,
) -> VideoModel:
    """A model with fresh weights.

    Args:
        name: as `--model` takes it.
        frame_shape: (height, width, channel) of the video.
        seed: key of every random draw in training.
        protocol: the named set of hyper-parameters to begin from.
        given: hyper-parameters that win over the protocol's.
    """
    config = config_class(name).resolve(protocol, given)
    return build_model(name, config, frame_shape, seed)
