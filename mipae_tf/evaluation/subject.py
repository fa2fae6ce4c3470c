"""What is evaluated: a model, held-out clips, and their builder."""

import dataclasses
import pathlib
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from mipae_tf.data import Clips
from mipae_tf.evaluation.options import DEFAULT_HORIZON
from mipae_tf.evaluation.options import EvaluationOptions
from mipae_tf.models import Context
from mipae_tf.models import Evidence
from mipae_tf.models import VideoModel
from mipae_tf.models.context import context_from_clips
from mipae_tf.models.frame_values import to_uint8

# Clips per call of the model.
CHUNK = 50


@dataclasses.dataclass(frozen=True)
class Subject:
    """A model and held-out clips, and what metrics ask of them.

    Attributes:
        model: the model.
        clips: held-out clips, with factors where the data declare them.
        builder: builder of the dataset, which may draw frames from factors, or
            None.
        context: frames that the model is given.
        options: how much is measured.
        training: reads all clips of the training split, or None.
        trained_clips: the number of these that the model was trained on; all
            when None.
        judge_file: where the judge of the dataset is saved, or None.
    """

    model: VideoModel
    clips: Clips
    builder: object | None
    context: int
    options: EvaluationOptions = EvaluationOptions()
    training: Callable[[], Clips] | None = None
    trained_clips: int | None = None
    judge_file: pathlib.Path | None = None

    @property
    def horizon(self) -> int:
        """Frames that the model predicts."""
        left = self.clips.length - self.context
        return self.options.horizon or min(DEFAULT_HORIZON, left)

    @property
    def seed(self) -> int:
        """Key of every draw of the evaluation."""
        return self.options.seed

    def once(self, compute: Callable[["Subject"], Any]) -> Any:
        """What `compute(self)` returns; called once for all groups."""
        if compute not in self._shared:
            self._shared[compute] = compute(self)
        return self._shared[compute]

    def training_clips(self) -> Clips:
        """All clips of the training split."""
        return self.training()

    def stream(self, name: str) -> np.ndarray:
        """A stream of the clips, `[clips, time, ...]`, read at the first call.

        Raises:
            ValueError: when the clips do not have it.
        """
        if name not in self._shared:
            clips = self.clips.with_streams([name])
            self._shared[name] = clips.streams[name]
        return self._shared[name]

    def encode(
        self, video: np.ndarray, seed: int | None = None
    ) -> dict[str, np.ndarray]:
        """Latents of uint8 `[clips, time, height, width, channel]`.

        Means, or samples where a seed is given.
        """
        return _in_chunks(
            lambda piece, start: self._encode(piece, _key(seed, start)), video
        )

    def encode_frames(
        self,
        video: np.ndarray,
        seed: int | None = None,
        times: Sequence[int] | None = None,
    ) -> dict[str, np.ndarray]:
        """Latents `[clips, time, dim]` of every frame of clips.

        A latent that is per frame is encoded from the whole clip and may depend
        on earlier frames; one that a clip has is encoded from each frame alone.

        Args:
            video: uint8 `[clips, time, height, width, channel]`.
            seed: means, or samples where one is given.
            times: indices of the frames to return; all when None.
        """
        times = np.arange(video.shape[1]) if times is None else times
        found = {
            name: code[:, times]
            for name, code in self.encode(video, seed).items()
            if name not in self._of_clips
        }
        if self._of_clips:
            wanted = video[:, times]
            flat = wanted.reshape(-1, *video.shape[2:])
            by_frame = self.encode_images(flat, seed)
            found |= {name: by_frame[name] for name in self._of_clips}
        shape = (len(video), len(times), -1)
        return {
            latent.name: found[latent.name].reshape(shape)
            for latent in self.model.latents
        }

    def encode_images(
        self, frames: np.ndarray, seed: int | None = None
    ) -> dict[str, np.ndarray]:
        """Latents `[frames, dim]` of single frames, each encoded alone.

        Means, or samples where a seed is given.
        """
        chunk = CHUNK * self.clips.length
        pieces = [
            self._encode(
                tf.constant(frames[i : i + chunk, None]), _key(seed, i)
            )
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
            reference: uint8 `[clips, height, width, channel]`, the frame that
                the content is from.
        """
        return _in_chunks(
            lambda piece, _: self._decode(
                {k: v for k, v in piece.items() if k != "reference"},
                piece["reference"],
            ),
            {**latents, "reference": reference},
        )

    def forecast(
        self,
        sample: int = 0,
        horizon: int | None = None,
        clips: int | None = None,
    ) -> np.ndarray:
        """uint8 `[clips, horizon, height, width, channel]`.

        Args:
            sample: index of the future, of a stochastic model.
            horizon: frames to predict; the evaluation's horizon when None.
            clips: number of clips, from the first on; all when None.
        """
        horizon = horizon or self.horizon
        context = context_from_clips(
            self.model.TAKES, self.clips.video[:clips], self.context, horizon
        )
        return _in_chunks(
            lambda piece, start: self.model.forecast(
                Context(**piece),
                horizon,
                seed=_key(self.seed, sample, start),
            ),
            {name: getattr(context, name) for name in context.given()},
        )

    def generate(self, count: int, length: int) -> np.ndarray:
        """uint8 clips `[count, length, height, width, channel]`, no context."""
        pieces = [
            to_uint8(
                self.model.generate(
                    min(CHUNK, count - start), length, _key(self.seed, start)
                )
            )
            for start in range(0, count, CHUNK)
        ]
        return np.concatenate([np.asarray(piece) for piece in pieces])

    def evidence(self) -> Evidence:
        """Nats of every frame of the clips, as `VideoModel.evidence`."""
        compute = tf.function(self.model.evidence, reduce_retracing=True)

        def terms(piece: tf.Tensor, start: int) -> dict[str, tf.Tensor]:
            found = compute(piece, _key(self.seed, start))._asdict()
            return {k: v for k, v in found.items() if v is not None}

        return Evidence(**_in_chunks(terms, self.clips.video))

    def segment(self) -> np.ndarray:
        """Masks of the clips, as `VideoModel.segment`.

        Returns:
            float32 `[clips, time, height, width, objects]` in [0, 1].
        """
        compute = tf.function(self.model.segment, reduce_retracing=True)
        return _in_chunks(lambda piece, _: compute(piece), self.clips.video)

    @property
    def _of_clips(self) -> set[str]:
        """Names of latents that are not per frame."""
        return {each.name for each in self.model.latents if not each.per_frame}

    def future(self) -> np.ndarray:
        """The true frames of the horizon."""
        end = self.context + self.horizon
        return self.clips.video[:, self.context : end]

    def __post_init__(self) -> None:
        encode = tf.function(
            lambda frames, seed: self.model.encode(frames, seed),
            reduce_retracing=True,
        )
        decode = tf.function(
            lambda latents, reference: to_uint8(
                self.model.decode(latents, reference)
            ),
            reduce_retracing=True,
        )
        object.__setattr__(self, "_shared", {})
        object.__setattr__(self, "_encode", encode)
        object.__setattr__(self, "_decode", decode)


def _in_chunks(function, arrays):
    """Applies a function of tensors to chunks of the first axis.

    The function is also given the index at which a chunk starts.
    """

    def piece(start: int):
        return tf.nest.map_structure(
            lambda array: tf.constant(array[start : start + CHUNK]), arrays
        )

    count = len(tf.nest.flatten(arrays)[0])
    pieces = [function(piece(start), start) for start in range(0, count, CHUNK)]
    return tf.nest.map_structure(
        lambda *parts: np.concatenate([np.asarray(p) for p in parts]), *pieces
    )


def _key(*numbers: int | None) -> np.ndarray | None:
    """A separate seed for each chunk of each draw; None stays None.

    An array, because a function is traced anew for each int.
    """
    if numbers[0] is None:
        return None
    state = np.random.SeedSequence(numbers).generate_state(1)[0]
    return np.array(state >> 1, np.int32)
