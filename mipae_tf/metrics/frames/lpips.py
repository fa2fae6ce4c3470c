"""Learned perceptual image patch similarity (LPIPS), version 0.1."""

import pathlib
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import tensorflow as tf

from mipae_tf.files import UNREADABLE
from mipae_tf.files import describe
from mipae_tf.files import expand_home
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.alexnet_features import AlexNetFeatures
from mipae_tf.metrics.frames.checks import checked_frames
from mipae_tf.metrics.frames.checks import unit_frames
from mipae_tf.metrics.frames.feature_stack import FeatureStack
from mipae_tf.metrics.frames.vgg16_features import VGG16Features

BACKBONES: Mapping[str, type[FeatureStack]] = MappingProxyType(
    {"alex": AlexNetFeatures, "vgg": VGG16Features}
)
# Mean and standard deviation of each colour channel in the training images of
# the backbones, for intensities in [-1, 1].
SHIFT = (-0.030, -0.088, -0.188)
SCALE = (0.458, 0.448, 0.450)
# Pairs of frames compared at a time.
BATCH_SIZE = 32


def weight_shapes(backbone: str) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the arrays in a weights file.

    They are those of PyTorch. The backbone has `features.N.weight` of shape
    `[filters, channels, height, width]` and `features.N.bias` of shape
    `[filters]`, as in torchvision. The linear heads have `linN.model.1.weight`
    of shape `[1, channels, 1, 1]`, as in the published LPIPS.

    Args:
      backbone: "alex" or "vgg".

    Raises:
      ValueError: if the backbone is unknown.
    """
    if backbone not in BACKBONES:
        raise ValueError(
            f"backbone must be one of {tuple(BACKBONES)}, got {backbone!r}."
        )
    features = BACKBONES[backbone]
    heads = {
        _head(stage): (1, channels, 1, 1)
        for stage, channels in enumerate(features.map_channels())
    }
    return features.weight_shapes() | heads


class Lpips:
    """Distance between frames, by the features of a trained classifier.

    The feature maps of the backbone are normalised to unit length at each
    position. Squared differences are weighted by the linear heads, averaged
    over positions and summed over the maps. Frames are not resized.

    Source: R. Zhang et al., "The unreasonable effectiveness of deep features as
    a perceptual metric", CVPR 2018. Values are comparable with published ones
    only for the published weights and the same frame size. Papers on video
    prediction mostly use "alex".

    Args:
      backbone: "alex" (frames of at least 31 pixels) or "vgg" (16 pixels).
      weights: `.npz` file with the float arrays of `weight_shapes`; other
        arrays are ignored. `mipae_tf.metrics.convert_lpips` writes it.

    Raises:
      AbsentMetric: if no file is given.
      ValueError: if the backbone is unknown, the file does not exist, or an
        array is missing, has the wrong shape or is not finite.
    """

    def __init__(
        self, backbone: str = "alex", weights: str | None = None
    ) -> None:
        shapes = weight_shapes(backbone)
        if not weights:
            raise AbsentMetric(
                "No weights are given; LPIPS needs those published by "
                "torchvision and the authors of LPIPS, converted to one file "
                "by `python -m mipae_tf.metrics.convert_lpips "
                "--backbone_pth=... --heads_pth=... --out=...`."
            )
        arrays = _read(pathlib.Path(expand_home(weights)), shapes)
        self._features = BACKBONES[backbone]()
        self._features.assign(arrays)
        self._heads = [
            tf.constant(arrays[_head(stage)].reshape(-1), tf.float32)
            for stage in range(len(self._features.stages))
        ]  # [channels] each

    def __call__(self, prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """Distances between predicted and true frames.

        Args:
          prediction: frames `[clips, time, height, width, channels]`, with
            three channels, or one that is repeated; uint8 or float in [0, 1].
          truth: frames of the same shape, also uint8 or also float.

        Returns:
          Float64 `[clips, time]`, 0 for equal frames.

        Raises:
          ValueError: if shapes differ, the dtype or number of channels is
            wrong, floats are outside [0, 1], or frames are too small for the
            backbone.
        """
        prediction, truth = checked_frames(prediction, truth)
        height, width, channels = prediction.shape[2:]
        least = self._features.MIN_SIZE
        if min(height, width) < least or channels not in (1, 3):
            raise ValueError(
                f"LPIPS needs frames of at least {least} x {least} pixels and "
                f"1 or 3 channels, got {height} x {width} x {channels}."
            )
        pairs = [f.reshape(-1, *f.shape[2:]) for f in (prediction, truth)]
        distances = [
            self._distances(*(_colour(f[i : i + BATCH_SIZE]) for f in pairs))
            for i in range(0, len(pairs[0]), BATCH_SIZE)
        ]
        found = np.concatenate(distances).astype(np.float64)
        return found.reshape(prediction.shape[:2])  # [clips, time]

    @tf.function(
        input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32)] * 2
    )
    def _distances(self, first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
        # Computed separately, so that equal frames have equal rounding.
        maps = [
            self._features((2 * images - 1 - SHIFT) / SCALE)
            for images in (first, second)
        ]
        return tf.add_n(
            [
                _map_distances(_unit_length(a), _unit_length(b), head)
                for a, b, head in zip(*maps, self._heads, strict=True)
            ]
        )


def _head(stage: int) -> str:
    return f"lin{stage}.model.1.weight"


def _colour(frames: np.ndarray) -> tf.Tensor:
    """Frames as float32 in [0, 1] with three channels."""
    frames = tf.constant(unit_frames(frames), tf.float32)
    return tf.repeat(frames, 3 // frames.shape[-1], axis=-1)


def _unit_length(maps: tf.Tensor) -> tf.Tensor:
    # If no feature is active, the length is 0 and the result is 0.
    return maps / (tf.norm(maps, axis=-1, keepdims=True) + 1e-10)


def _map_distances(
    first: tf.Tensor, second: tf.Tensor, head: tf.Tensor
) -> tf.Tensor:
    """Weighted squared differences `[frames]`, averaged over positions."""
    weighted = tf.reduce_sum(head * tf.square(first - second), axis=-1)
    return tf.reduce_mean(weighted, axis=[1, 2])


def _read(
    path: pathlib.Path, shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise ValueError(
            f"weights must be an .npz file, but {path} does not exist."
        )
    try:
        with np.load(path) as file:
            arrays = {name: file[name] for name in shapes if name in file}
    except UNREADABLE as error:
        raise ValueError(
            f"weights must be an .npz file, but {path} cannot be read "
            f"({describe(error)})."
        ) from error
    for name, shape in shapes.items():
        if name not in arrays:
            raise ValueError(
                f"{path} must contain {name}, but has no such array."
            )
        array = arrays[name]
        if array.shape != shape or array.dtype.kind != "f":
            raise ValueError(
                f"{name} in {path} must be float of shape {shape}, got "
                f"{array.dtype} of shape {array.shape}."
            )
        if not np.isfinite(array).all():
            raise ValueError(f"{name} in {path} must be finite, got NaN.")
    return arrays
