"""Video embeddings for the Fréchet video distance (FVD).

Source: T. Unterthiner et al., "Towards accurate generative models of video: a
new metric and challenges", arXiv 1812.01717. The distance is
`frechet.frechet_distance` between the embeddings of true and generated videos
of equal number and length.
"""

import pathlib

import numpy as np
import tensorflow as tf

from mipae_tf.files import expand_home
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.checks import checked_videos

FRAME_SIZE = 224
# Videos embedded at a time: 16 frames of 224 x 224 take 10 MB each.
BATCH_SIZE = 8
SIGNATURES = ("default", "serving_default")


class VideoEmbedder:
    """Embeds videos with a SavedModel provided by the user.

    The model must have a signature `default` or `serving_default` with one
    input, float32 `[clips, time, 224, 224, 3]` in [-1, 1], and one output, or
    one named `default`, float32 `[clips, dimensions]`. The public module
    https://tfhub.dev/deepmind/i3d-kinetics-400/1, which published FVD uses, has
    this signature: its output is 400 logits, averaged over time. It needs at
    least 9 frames. With any other model the distance is not FVD and should not
    be reported as FVD.

    Args:
      saved_model_path: folder of the SavedModel, or None.

    Raises:
      AbsentMetric: if no path is given.
      ValueError: if the folder has no SavedModel, or its signature differs.
    """

    def __init__(self, saved_model_path: str | None):
        if not saved_model_path:
            raise AbsentMetric(
                "No video embedder is given; FVD needs the folder of the "
                "SavedModel https://tfhub.dev/deepmind/i3d-kinetics-400/1, "
                "downloaded and unpacked."
            )
        path = pathlib.Path(expand_home(saved_model_path))
        if not (path / "saved_model.pb").is_file():
            raise ValueError(
                f"{path} must be the folder of a SavedModel, but contains no "
                "saved_model.pb."
            )
        # Modules in the older TF Hub format have a graph without tags.
        older = (path / "tfhub_module.pb").is_file()
        # Kept as an attribute, because its variables are deleted with it.
        self._model = tf.saved_model.load(str(path), tags=[] if older else None)
        found = self._model.signatures
        names = [name for name in SIGNATURES if name in found]
        if not names:
            raise ValueError(
                f"{path} must have a signature of {SIGNATURES}, got "
                f"{sorted(found)}."
            )
        self._signature = found[names[0]]
        inputs = self._signature.structured_input_signature[1]
        if len(inputs) != 1:
            raise ValueError(
                f"{path} must take one input, got {sorted(inputs)}."
            )
        outputs = sorted(self._signature.structured_outputs)
        if len(outputs) > 1 and "default" not in outputs:
            raise ValueError(
                f"{path} must give one output, or one named default, got "
                f"{outputs}."
            )
        self._input = next(iter(inputs))
        self._output = "default" if "default" in outputs else outputs[0]

    def __call__(self, videos: np.ndarray) -> np.ndarray:
        """Embeds videos of any frame size.

        As in the published code, frames are resized bilinearly and intensities
        are rescaled to [-1, 1]. Grey frames are converted to RGB.

        Args:
          videos: `[clips, time, height, width, channels]`, uint8 or float in
            [0, 1], with one channel or three.

        Returns:
          Embeddings `[clips, dimensions]`, float64.

        Raises:
          ValueError: if the shape, dtype or range of the videos is wrong, or
            the model does not give one embedding per clip.
        """
        videos = checked_videos("videos", videos)
        if videos.shape[-1] not in (1, 3):
            raise ValueError(
                f"videos must have 1 or 3 channels, got {videos.shape[-1]}."
            )
        return np.concatenate(
            [
                self._embed(videos[start : start + BATCH_SIZE])
                for start in range(0, len(videos), BATCH_SIZE)
            ]
        )

    def _embed(self, videos: np.ndarray) -> np.ndarray:
        inputs = {self._input: _prepared(tf.constant(videos))}
        embeddings = self._signature(**inputs)[self._output].numpy()
        if embeddings.ndim != 2 or len(embeddings) != len(videos):
            raise ValueError(
                "The SavedModel must give one embedding per clip, [clips, "
                f"dimensions], got shape {embeddings.shape} for {len(videos)} "
                "clips."
            )
        return embeddings.astype(np.float64)


def _prepared(videos: tf.Tensor) -> tf.Tensor:
    """Videos as the input of the model."""
    scale = 255.0 if videos.dtype == tf.uint8 else 1.0
    shape = videos.shape
    frames = tf.cast(tf.reshape(videos, [-1, *shape[2:]]), tf.float32) / scale
    # Resized as in the published code, with pixels at their corners.
    frames = tf.compat.v1.image.resize_bilinear(
        frames, [FRAME_SIZE, FRAME_SIZE]
    )
    if shape[-1] == 1:
        frames = tf.image.grayscale_to_rgb(frames)
    frames = 2 * frames - 1  # [clips * time, 224, 224, 3]
    return tf.reshape(frames, [*shape[:2], FRAME_SIZE, FRAME_SIZE, 3])
