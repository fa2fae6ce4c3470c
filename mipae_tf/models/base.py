"""The interface of all models."""

import abc
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import ClassVar

import keras
import numpy as np
import tensorflow as tf

from mipae_tf.keras_settings import keras_defaults
from mipae_tf.limits import whole_number
from mipae_tf.models.config import ModelConfig
from mipae_tf.models.context import Context
from mipae_tf.models.context import checked_context
from mipae_tf.models.context import context_specs
from mipae_tf.models.evidence import Evidence
from mipae_tf.models.frame_values import to_uint8
from mipae_tf.models.latent import Latent
from mipae_tf.models.stage import Stage

State = Any
Latents = Mapping[str, tf.Tensor]
FRAMES_PER_CALL = 32  # predicted by one call of a compiled function
# What a model can offer, and the methods that implement it.
CAPABILITIES: dict[str, tuple[str, ...]] = {
    "forecast": ("start", "step"),
    "encode": ("encode",),
    "decode": ("decode",),
    "generate": ("generate",),
    "generate_grid": ("generate_grid",),
    "evidence": ("evidence",),
    "segment": ("segment",),
    "draw_layers": ("draw_layers",),
}


class VideoModel(keras.Model, abc.ABC):
    """Base class of video models.

    Code outside `mipae_tf.models` uses only these methods. A subclass must
    implement `stages`. All other capabilities are optional: a model offers a
    capability if it implements its methods, see `CAPABILITIES`. Call `offers`
    before using one.

    Input frames are uint8 `[batch, time, height, width, channel]`; float32 in
    [0, 1] is also accepted. Output frames are float32 in [0, 1]; those of
    `forecast` are uint8.

    Args:
        config: hyper-parameters.
        frame_shape: (height, width, channel) of the video.
        seed: seed of all random draws in training.
        title: name of the model in messages; the name of the class if empty.

    Attributes:
        STAGES: names of all stages in training order.
        TAKES: fields of `Context` that a forecast uses.
        FAILURES: by name of a training loss, a value and what it means if the
            mean over the last tenth of the training is lower, see
            `failed_training`.
    """

    STAGES: ClassVar[tuple[str, ...]]
    TAKES: ClassVar[tuple[str, ...]] = ("frames",)
    FAILURES: ClassVar[Mapping[str, tuple[float, str]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in ("__init__", "stages"):  # they create layers
            if name in vars(cls):
                setattr(cls, name, keras_defaults()(vars(cls)[name]))

    def __init__(
        self,
        config: ModelConfig,
        frame_shape: tuple[int, int, int],
        seed: int = 0,
        title: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.title = title or type(self).__name__
        self.config = config
        self.frame_shape = tuple(frame_shape)
        self.seed = seed
        self.built = True  # the networks are built when they are created

    @abc.abstractmethod
    def stages(self) -> tuple[Stage, ...]:
        """The training stages in order, newly created at each call."""

    @property
    def stage_names(self) -> tuple[str, ...]:
        """Names of the stages that `stages` returns, some of `STAGES`."""
        return self.STAGES

    @property
    def latents(self) -> tuple[Latent, ...]:
        """Descriptions of the latents that `encode` returns."""
        return ()

    def latents_of(self, *roles: str) -> tuple[Latent, ...]:
        """The latents that have one of these roles, in order."""
        return tuple(each for each in self.latents if each.role in roles)

    @property
    def stochastic(self) -> bool:
        """Whether forecasts of the same context depend on the seed."""
        return bool(self.latents_of("noise"))

    def offers(self, capability: str) -> bool:
        """Whether the model has a capability.

        Args:
            capability: a key of `CAPABILITIES`.
        """
        return all(
            getattr(type(self), name) is not getattr(VideoModel, name)
            for name in CAPABILITIES[capability]
        )

    def not_offered(self, capability: str) -> str:
        """A sentence that says that the model lacks a capability.

        A model that offers it under another configuration overrides this
        method to name what must be changed.
        """
        return f"{self.title} offers no {capability}."

    def start(self, context: Context, seed: tf.Tensor) -> State:
        """Computes the state after the context.

        Args:
            context: the context, with at least one frame.
            seed: int32 `[2]`, seed of the random draws of a stochastic model.
        """
        raise NotImplementedError(self.not_offered("forecast"))

    def step(
        self, state: State, frame: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, State]:
        """Predicts the next frame.

        Args:
            state: the result of `start` or of the previous `step`.
            frame: the true frame `[batch, height, width, channel]`, if known.
                The next state then depends on it instead of the prediction
                (teacher forcing).

        Returns:
            The predicted frame, float32 `[batch, height, width, channel]` in
            [0, 1], and the next state.
        """
        raise NotImplementedError(self.not_offered("forecast"))

    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """Encodes clips to latents: means, or samples if a seed is given."""
        raise NotImplementedError(self.not_offered("encode"))

    def decode(
        self, latents: Latents, reference: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Decodes latents to frames.

        Args:
            latents: as `encode` returns them.
            reference: uint8 `[batch, height, width, channel]`, the frame from
                which the content was encoded; needed by decoders with skip
                connections.

        Returns:
            float32 `[batch, time, height, width, channel]` in [0, 1].
        """
        raise NotImplementedError(self.not_offered("decode"))

    def generate(self, count: int, length: int, seed: int = 0) -> tf.Tensor:
        """Generates clips without a context.

        Args:
            count: number of clips.
            length: number of frames per clip.
            seed: seed of the random draws.

        Returns:
            float32 `[count, length, height, width, channel]` in [0, 1].
        """
        raise NotImplementedError(self.not_offered("generate"))

    def generate_grid(
        self, contents: int, motions: int, length: int, seed: int = 0
    ) -> tf.Tensor:
        """Generates clips of every content with every motion.

        Args:
            contents: number of contents, drawn at random.
            motions: number of motions, drawn at random.
            length: number of frames per clip.
            seed: seed of the random draws.

        Returns:
            float32 `[contents, motions, length, height, width, channel]` in
            [0, 1].
        """
        raise NotImplementedError(self.not_offered("generate_grid"))

    def evidence(self, clip: tf.Tensor, seed: tf.Tensor | int = 0) -> Evidence:
        """The log-likelihood of each frame, or a lower bound.

        Args:
            clip: uint8 `[batch, time, height, width, channel]`.
            seed: seed of the single sample of the latents, for a bound.
        """
        raise NotImplementedError(self.not_offered("evidence"))

    def segment(self, frames: tf.Tensor) -> tf.Tensor:
        """Assigns pixels to objects.

        Args:
            frames: uint8 `[batch, time, height, width, channel]`.

        Returns:
            Masks, float32 `[batch, time, height, width, objects]` in [0, 1].
            The background is 1 minus their sum.
        """
        raise NotImplementedError(self.not_offered("segment"))

    def draw_layers(self, frames: tf.Tensor) -> tf.Tensor:
        """Draws each part of which frames are composed alone.

        Args:
            frames: uint8 `[batch, time, height, width, channel]`.

        Returns:
            float32 `[batch, time, layers, height, width, channel]` in [0, 1]:
            the background, if the model has one, then each object in front of
            black.
        """
        raise NotImplementedError(self.not_offered("draw_layers"))

    def forecast(
        self,
        context: tf.Tensor | Context,
        horizon: int,
        samples: int | None = None,
        seed: int = 0,
    ) -> tf.Tensor:
        """Predicts the `horizon` frames after the context.

        The roll-out is compiled once for all horizons and context lengths and
        predicts `FRAMES_PER_CALL` frames per call. The peak memory is about
        twice that of the returned frames.

        Args:
            context: frames `[batch, time, height, width, channel]`, uint8 or
                floating in [0, 1], or a `Context` with the fields in `TAKES`.
            horizon: number of frames to predict, at least 1.
            samples: number of futures to sample per clip. If None, there is
                one, and no axis for it.
            seed: seed of the random draws of a stochastic model.

        Returns:
            uint8 `[batch, horizon, height, width, channel]`, with a leading
            axis `[samples, ...]` if `samples` is given.

        Raises:
            ValueError: if the model offers no forecast; if the context has no
                frame, a wrong shape, type or range of values, a field that
                the model does not take, or lacks one that it takes; or if
                `horizon` or `samples` is not an integer of at least 1.
        """
        horizon = whole_number("horizon", horizon)
        count = 1 if samples is None else whole_number("samples", samples)
        context = self._checked_context(context, horizon)
        ahead = self._predict_in_pieces(
            context, horizon, count, seed, FRAMES_PER_CALL
        )
        frames = tf.concat(list(ahead), axis=1)
        return frames if samples is None else self._split_samples(frames, count)

    def stream(
        self,
        context: tf.Tensor | Context,
        horizon: int,
        samples: int = 1,
        seed: int = 0,
        piece: int = FRAMES_PER_CALL,
    ) -> Iterator[np.ndarray]:
        """Yields the frames of `forecast` a few at a time.

        The memory does not grow with the horizon.

        Args:
            context: as in `forecast`.
            horizon: number of frames to predict, at least 1.
            samples: number of futures to sample per clip.
            seed: seed of the random draws of a stochastic model.
            piece: number of frames to predict at a time.

        Yields:
            uint8 `[samples, batch, frames, height, width, channel]`: the next
            `piece` frames, or the remaining ones.

        Raises:
            ValueError: as for `forecast`, or if `piece` is below 1; raised
                before the first frames.
        """
        horizon = whole_number("horizon", horizon)
        samples = whole_number("samples", samples)
        piece = whole_number("piece", piece)
        context = self._checked_context(context, horizon)
        for ahead in self._predict_in_pieces(
            context, horizon, samples, seed, piece
        ):
            yield self._split_samples(ahead, samples).numpy()

    def context_specs(self) -> dict[str, tf.TensorSpec]:
        """Types and shapes of the fields in `TAKES`, for a served model.

        A model that takes actions or a condition overrides this method to
        declare their sizes.
        """
        return context_specs(self.TAKES, self.frame_shape)

    def futures(
        self,
        context: Context,
        horizon: tf.Tensor,
        samples: tf.Tensor | int,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        """`forecast` of several futures in one graph and one batch."""
        frames = self.roll_out(context.repeated(samples), horizon, seed)
        return self._split_samples(frames, samples)

    @tf.function(reduce_retracing=True)
    def roll_out(
        self, context: Context, horizon: tf.Tensor, seed: tf.Tensor
    ) -> tf.Tensor:
        """`forecast` in one graph; takes and returns uint8 frames."""
        state = self.start(context._replace(horizon=horizon), seed)
        return self._predict(state, horizon)[0]

    @tf.function(reduce_retracing=True)
    def _start(self, context: Context, seed: tf.Tensor) -> State:
        return self.start(context, seed)

    @tf.function(reduce_retracing=True)
    def _predict(
        self, state: State, horizon: tf.Tensor
    ) -> tuple[tf.Tensor, State]:
        """Predicts uint8 `[batch, horizon, ...]`; also gives the state."""
        frames = tf.TensorArray(
            tf.uint8, horizon, element_shape=[None, *self.frame_shape]
        )
        for time in tf.range(horizon):
            frame, state = self.step(state)
            frames = frames.write(time, to_uint8(frame))
        stacked = frames.stack()  # [horizon, batch, height, width, channel]
        return tf.transpose(stacked, [1, 0, 2, 3, 4]), state

    def _predict_in_pieces(
        self,
        context: Context,
        horizon: int,
        samples: int,
        seed: int,
        piece: int,
    ) -> Iterator[tf.Tensor]:
        """Yields uint8 `[samples * batch, frames, height, width, channel]`."""
        if not tf.is_symbolic_tensor(seed):
            seed = whole_number("seed", seed, tf.int32.min)
        keys = tf.stack([tf.cast(seed, tf.int32), 0])
        context = context._replace(horizon=tf.constant(horizon))
        state = self._start(context.repeated(samples), keys)
        for first in range(0, horizon, piece):
            frames = tf.constant(min(piece, horizon - first))
            ahead, state = self._predict(state, frames)
            yield ahead

    def _split_samples(self, frames: tf.Tensor, samples: tf.Tensor | int):
        shape = tf.concat([[samples, -1], tf.shape(frames)[1:]], axis=0)
        # [samples, batch, horizon, height, width, channel]
        return tf.reshape(frames, shape)

    def _checked_context(self, context: Any, horizon: int) -> Context:
        if not self.offers("forecast"):
            raise ValueError(self.not_offered("forecast"))
        return checked_context(
            context, self.TAKES, self.frame_shape, horizon, self.title
        )
