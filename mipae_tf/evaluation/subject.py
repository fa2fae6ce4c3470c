"""What is evaluated: a model, held-out clips, and how to draw the truth."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from mipae_tf.data import Clips
from mipae_tf.models import VideoModel
from mipae_tf.models.base import to_uint8

# Clips that go through a model at once.
CHUNK = 50


@dataclasses.dataclass(frozen=True)
class Subject:
    """A model and the clips that it has never seen.

    Attributes:
        model: the model.
        clips: held-out clips, with factors where the data knows them.
        builder: draws clips from factors, or None.
        context: frames that the model is given.
        horizon: frames that it predicts.
        seed: key of every draw of the evaluation.
    """

    model: VideoModel
    clips: Clips
    builder: object | None
    context: int
    horizon: int
    seed: int = 0

    def latent_of(self, role: str) -> str | None:
        """Name of the model's latent of that role."""
        for latent in self.model.latents:
            if latent.role == role:
                return latent.name
        return None

    def encode(self, video: np.ndarray) -> dict[str, np.ndarray]:
        """Latents of uint8 `[clips, time, height, width, channel]`."""
        return _in_chunks(self._encode, video)

    def encode_images(self, frames: np.ndarray) -> dict[str, np.ndarray]:
        """Latents `[frames, dim]` of single frames, each by itself."""
        chunk = CHUNK * self.clips.length
        pieces = [
            self._encode(tf.constant(frames[i : i + chunk, None]))
            for i in range(0, len(frames), chunk)
        ]
        return {
            name: np.concatenate(
                [np.reshape(p[name], (len(p[name]), -1)) for p in pieces]
            )
            for name in pieces[0]
        }  # [frames, dim]

    def decode(
        self, latents: Mapping[str, np.ndarray], reference: np.ndarray
    ) -> np.ndarray:
        """uint8 frames `[clips, time, height, width, channel]`.

        Args:
            latents: as `encode` returns them.
            reference: uint8 `[clips, height, width, channel]`, where the
                content comes from.
        """
        return _in_chunks(
            lambda chunk: self._decode(
                {k: v for k, v in chunk.items() if k != "reference"},
                chunk["reference"],
            ),
            {**latents, "reference": reference},
        )

    def forecast(self) -> np.ndarray:
        """uint8 `[clips, horizon, height, width, channel]`."""
        context = self.clips.video[:, : self.context]
        return _in_chunks(
            lambda chunk: self.model.forecast(
                chunk, self.horizon, seed=self.seed
            ),
            context,
        )

    def future(self) -> np.ndarray:
        """The true frames of the horizon."""
        end = self.context + self.horizon
        return self.clips.video[:, self.context : end]

    def __post_init__(self) -> None:
        encode = tf.function(self.model.encode, reduce_retracing=True)
        decode = tf.function(
            lambda latents, reference: to_uint8(
                self.model.decode(latents, reference)
            ),
            reduce_retracing=True,
        )
        object.__setattr__(self, "_encode", encode)
        object.__setattr__(self, "_decode", decode)


def _in_chunks(function, arrays):
    """Applies a function of tensors to pieces of the first axis."""

    def piece(start: int):
        return tf.nest.map_structure(
            lambda array: tf.constant(array[start : start + CHUNK]), arrays
        )

    count = len(tf.nest.flatten(arrays)[0])
    pieces = [function(piece(start)) for start in range(0, count, CHUNK)]
    return tf.nest.map_structure(
        lambda *parts: np.concatenate([np.asarray(p) for p in parts]), *pieces
    )
