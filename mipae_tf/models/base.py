"""The interface of every system in the library."""

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
PIECE = 32  # frames that are predicted by one call of a compiled function
# What a model may offer, and the methods that it writes for it.
CAPABILITIES: dict[str, tuple[str, ...]] = {
    "forecast": ("start", "step"),
    "encode": ("encode",),
    "decode": ("decode",),
    "generate": ("generate",),
    "evidence": ("evidence",),
    "segment": ("segment",),
}


class VideoModel(keras.Model, abc.ABC):
    """A model of video: what is trained, and what it can be asked for.

    Everything outside `mipae_tf.models` uses these methods alone. Only
    `stages` is required. Whatever else a model can do it says by writing the
    methods of `CAPABILITIES`; ask with `offers` before calling one.

    Frames come in as uint8 `[batch, time, height, width, channel]` (float32
    in [0, 1] is accepted as well) and leave as float32 in [0, 1], from
    `forecast` as uint8.

    Args:
        config: hyper-parameters.
        frame_shape: (height, width, channel) of the video.
        seed: key of every random draw in training.
        title: what messages call the model; the class's name if empty.

    Attributes:
        STAGES: names of the stages, in the order of training.
        TAKES: fields of `Context` that a forecast takes.
    """

    STAGES: ClassVar[tuple[str, ...]]
    TAKES: ClassVar[tuple[str, ...]] = ("frames",)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in ("__init__", "stages"):  # they make layers
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
        self.built = True  # networks build themselves where they are made

    @abc.abstractmethod
    def stages(self) -> tuple[Stage, ...]:
        """What is trained, in order. Made anew at each call."""

    @property
    def latents(self) -> tuple[Latent, ...]:
        """What `encode` returns, in the terms that metrics understand."""
        return ()

    def latents_of(self, *roles: str) -> tuple[Latent, ...]:
        """The latents of any of these roles, in the order of `latents`."""
        return tuple(each for each in self.latents if each.role in roles)

    @property
    def stochastic(self) -> bool:
        """Whether two forecasts of one context may differ."""
        return bool(self.latents_of("noise"))

    def offers(self, capability: str) -> bool:
        """Whether this model can do something.

        Args:
            capability: a key of `CAPABILITIES`.
        """
        return all(
            getattr(type(self), name) is not getattr(VideoModel, name)
            for name in CAPABILITIES[capability]
        )

    def start(self, context: Context, seed: tf.Tensor) -> State:
        """The state after a context.

        Args:
            context: what is given; `frames` holds at least one frame.
            seed: int32 `[2]`, key of the draws of a stochastic model.
        """
        raise NotImplementedError(self._lacks("forecast"))

    def step(
        self, state: State, frame: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, State]:
        """Predicts one frame.

        Args:
            state: from `start` or an earlier `step`.
            frame: the true frame `[batch, height, width, channel]`, where it
                is known: the next state then follows it and not the
                prediction.

        Returns:
            The predicted frame, float32 `[batch, height, width, channel]` in
            [0, 1], and the next state.
        """
        raise NotImplementedError(self._lacks("forecast"))

    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """Latents of a clip: means, or samples where a seed is given."""
        raise NotImplementedError(self._lacks("encode"))

    def decode(
        self, latents: Latents, reference: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Frames float32 `[batch, time, height, width, channel]` in [0, 1].

        Args:
            latents: as `encode` returns them.
            reference: uint8 `[batch, height, width, channel]`, the frame the
                content comes from, for decoders with skip connections.
        """
        raise NotImplementedError(self._lacks("decode"))

    def generate(self, count: int, length: int, seed: int = 0) -> tf.Tensor:
        """Clips without a context.

        Args:
            count: number of clips.
            length: frames of each.
            seed: key of the draws.

        Returns:
            float32 `[count, length, height, width, channel]` in [0, 1].
        """
        raise NotImplementedError(self._lacks("generate"))

    def evidence(self, clip: tf.Tensor, seed: tf.Tensor | int = 0) -> Evidence:
        """The log-likelihood of each frame of clips, or a lower bound.

        Args:
            clip: uint8 `[batch, time, height, width, channel]`.
            seed: key of the one sample of the latents, for a bound.
        """
        raise NotImplementedError(self._lacks("evidence"))

    def segment(self, frames: tf.Tensor) -> tf.Tensor:
        """Which object each pixel belongs to.

        Args:
            frames: uint8 `[batch, time, height, width, channel]`.

        Returns:
            float32 `[batch, time, height, width, objects]` in [0, 1]; what is
            left to 1 is the background.
        """
        raise NotImplementedError(self._lacks("segment"))

    def forecast(
        self,
        context: tf.Tensor | Context,
        horizon: int,
        samples: int | None = None,
        seed: int = 0,
    ) -> tf.Tensor:
        """Predicts the `horizon` frames that follow the context.

        Compiled once for all horizons and context lengths, and called for
        every `PIECE` frames. Peak memory is about twice the frames returned:
        the pieces that are predicted, and the whole.

        Args:
            context: `[batch, time, height, width, channel]`, uint8 or
                floating in [0, 1], or a `Context` of everything in `TAKES`.
            horizon: number of frames to predict, at least 1.
            samples: how many futures to draw of each clip; one, and no axis
                for it, when None.
            seed: key of the draws of a stochastic model.

        Returns:
            uint8 `[batch, horizon, height, width, channel]`, with a first
            axis `[samples, ...]` where samples are asked for.

        Raises:
            ValueError: when the model offers no forecast, the context has no
                frame, another shape, type or range, something that the model
                does not take or not all that it takes, or the horizon or
                samples are no whole number of at least 1.
        """
        horizon = whole_number("horizon", horizon)
        count = 1 if samples is None else whole_number("samples", samples)
        context = self._checked(context, horizon)
        ahead = self._pieces(context, horizon, count, seed, PIECE)
        frames = tf.concat(list(ahead), axis=1)
        return frames if samples is None else self._by_sample(frames, count)

    def stream(
        self,
        context: tf.Tensor | Context,
        horizon: int,
        samples: int = 1,
        seed: int = 0,
        piece: int = PIECE,
    ) -> Iterator[np.ndarray]:
        """`forecast` of several futures piece by piece.

        The same frames, in memory that does not grow with the horizon.

        Args:
            context: as in `forecast`.
            horizon: number of frames to predict, at least 1.
            samples: how many futures to draw of each clip.
            seed: key of the draws of a stochastic model.
            piece: frames predicted at a time.

        Yields:
            uint8 `[samples, batch, frames, height, width, channel]` of the
            next frames, `piece` of them or what is left.

        Raises:
            ValueError: as `forecast`, or when `piece` is below 1; before the
                first piece.
        """
        horizon = whole_number("horizon", horizon)
        samples = whole_number("samples", samples)
        piece = whole_number("piece", piece)
        context = self._checked(context, horizon)
        for ahead in self._pieces(context, horizon, samples, seed, piece):
            yield self._by_sample(ahead, samples).numpy()

    def context_specs(self) -> dict[str, tf.TensorSpec]:
        """Type and shape of what a forecast takes, for a served model.

        A model of actions or conditions of a known size says so here.
        """
        return context_specs(self.TAKES, self.frame_shape)

    def futures(
        self,
        context: Context,
        horizon: tf.Tensor,
        samples: tf.Tensor | int,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        """`forecast` of several futures as a graph, all in one batch."""
        frames = self.roll_out(context.repeated(samples), horizon, seed)
        return self._by_sample(frames, samples)

    @tf.function(reduce_retracing=True)
    def roll_out(
        self, context: Context, horizon: tf.Tensor, seed: tf.Tensor
    ) -> tf.Tensor:
        """`forecast` as one graph: uint8 frames in, uint8 frames out."""
        state = self.start(context._replace(horizon=horizon), seed)
        return self._predict(state, horizon)[0]

    @tf.function(reduce_retracing=True)
    def _begin(self, context: Context, seed: tf.Tensor) -> State:
        return self.start(context, seed)

    @tf.function(reduce_retracing=True)
    def _predict(
        self, state: State, horizon: tf.Tensor
    ) -> tuple[tf.Tensor, State]:
        """The next frames, uint8 `[batch, horizon, ...]`, and the state."""
        frames = tf.TensorArray(
            tf.uint8, horizon, element_shape=[None, *self.frame_shape]
        )
        for time in tf.range(horizon):
            frame, state = self.step(state)
            frames = frames.write(time, to_uint8(frame))
        stacked = frames.stack()  # [horizon, batch, height, width, channel]
        return tf.transpose(stacked, [1, 0, 2, 3, 4]), state

    def _pieces(
        self,
        context: Context,
        horizon: int,
        samples: int,
        seed: int,
        piece: int,
    ) -> Iterator[tf.Tensor]:
        """uint8 `[samples * batch, frames, height, width, channel]` each."""
        if not tf.is_symbolic_tensor(seed):
            seed = whole_number("seed", seed, tf.int32.min)
        keys = tf.stack([tf.cast(seed, tf.int32), 0])
        context = context._replace(horizon=tf.constant(horizon))
        state = self._begin(context.repeated(samples), keys)
        for first in range(0, horizon, piece):
            frames = tf.constant(min(piece, horizon - first))
            ahead, state = self._predict(state, frames)
            yield ahead

    def _by_sample(self, frames: tf.Tensor, samples: tf.Tensor | int):
        shape = tf.concat([[samples, -1], tf.shape(frames)[1:]], axis=0)
        # [samples, batch, horizon, height, width, channel]
        return tf.reshape(frames, shape)

    def _checked(self, context: Any, horizon: int) -> Context:
        if not self.offers("forecast"):
            raise ValueError(self._lacks("forecast"))
        return checked_context(
            context, self.TAKES, self.frame_shape, horizon, self.title
        )

    def _lacks(self, capability: str) -> str:
        return f"{self.title} offers no {capability}."
