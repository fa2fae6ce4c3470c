"""The systems by the names that `--model` takes."""

from collections.abc import Mapping
from typing import Any

from mipae_tf.models.base import VideoModel
from mipae_tf.models.independent_prediction.model import IndependentPrediction
from mipae_tf.models.pose_content.ae_lstm import AELSTM
from mipae_tf.models.pose_content.drnet import DRNET
from mipae_tf.models.pose_content.mipae import MIPAE
from mipae_tf.models.svg.svg_fp import SVGFP
from mipae_tf.models.svg.svg_lp import SVGLP

MODELS: dict[str, type[VideoModel]] = {
    "ae_lstm": AELSTM,
    "drnet": DRNET,
    "independent_prediction": IndependentPrediction,
    "mipae": MIPAE,
    "svg_fp": SVGFP,
    "svg_lp": SVGLP,
}


def model_class(name: str) -> type[VideoModel]:
    """The class that `--model=name` means.

    Raises:
        ValueError: when there is none.
    """
    if name not in MODELS:
        raise ValueError(
            f"--model={name} is unknown; allowed are {', '.join(MODELS)}."
        )
    return MODELS[name]


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
    model = model_class(name)
    return model(model.Config.resolve(protocol, given), frame_shape, seed)
