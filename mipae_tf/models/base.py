"""The interface of every system in the library."""

import abc
import operator
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import ClassVar

import keras
import numpy as np
import tensorflow as tf

from mipae_tf.keras_settings import keras_defaults
from mipae_tf.models.config import ModelConfig
from mipae_tf.models.latent import Latent
from mipae_tf.models.stage import Stage
from mipae_tf.pixels import ALLOWED
from mipae_tf.pixels import check_unit_range
from mipae_tf.pixels import layout_hint

State = Any
Latents = Mapping[str, tf.Tensor]
PIECE = 32  # frames that are predicted by one call of a compiled function


class VideoModel(keras.Model, abc.ABC):
    """A model that encodes video, decodes latents and predicts frames.

    Everything outside `mipae_tf.models` uses these methods alone. Frames come
    in as uint8 `[batch, time, height, width, channel]` (float32 in [0, 1] is
    taken as well) and leave as float32 in [0, 1], from `forecast` as uint8.

    Args:
        config: hyper-parameters.
        frame_shape: (height, width, channel) of the video.
        seed: key of every random draw in training.
    """

    Config: ClassVar[type[ModelConfig]]

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
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.frame_shape = tuple(frame_shape)
        self.seed = seed

    @property
    @abc.abstractmethod
    def latents(self) -> tuple[Latent, ...]:
        """What `encode` returns, in the terms that metrics understand."""

    @abc.abstractmethod
    def stages(self) -> tuple[Stage, ...]:
        """What is trained, in order. Made anew at each call."""

    @abc.abstractmethod
    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """Latents of a clip: means, or samples where a seed is given."""

    @abc.abstractmethod
    def decode(
        self, latents: Latents, reference: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Frames float32 `[batch, time, height, width, channel]` in [0, 1].

        Args:
            latents: as `encode` returns them.
            reference: uint8 `[batch, height, width, channel]`, the frame the
                content comes from, for decoders with skip connections.
        """

    @abc.abstractmethod
    def start(self, context: tf.Tensor, seed: tf.Tensor) -> State:
        """State after the context `[batch, time, height, width, channel]`.

        Args:
            context: the frames seen so far, at least one.
            seed: int32 `[2]`, key of the draws of a stochastic model.
        """

    @abc.abstractmethod
    def step(
        self, state: State, frame: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, State]:
        """Predicts one frame.

        Args:
            state: from `start` or an earlier `step`.
            frame: the true frame `[batch, height, width, channel]`, where it
                is known: the state then follows it and not the prediction.

        Returns:
            The predicted frame, float32 `[batch, height, width, channel]` in
            [0, 1], and the next state.
        """

    @property
    def stochastic(self) -> bool:
        """Whether two forecasts of one context may differ."""
        return any(latent.role == "noise" for latent in self.latents)

    def evidence(
        self, clip: tf.Tensor, seed: tf.Tensor | int = 0
    ) -> Mapping[str, tf.Tensor] | None:
        """Terms of a lower bound of log p(clip), with one sample of latents.

        Args:
            clip: uint8 `[batch, time, height, width, channel]`.
            seed: key of the sample.

        Returns:
            `likelihood` and `kl` of every frame in nats, `[batch, time]`
            each, whose difference is the bound; None for a model without one.
        """
        del clip, seed
        return None

    def forecast(
        self,
        context: tf.Tensor,
        horizon: int,
        samples: int | None = None,
        seed: int = 0,
        goal: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """Predicts the `horizon` frames that follow the context.

        Compiled once for all horizons and context lengths, and called for
        every `PIECE` frames. The memory grows with the horizon by twice the
        frames returned: the pieces that are predicted, and the whole.

        Args:
            context: `[batch, time, height, width, channel]`, uint8 or
                floating in [0, 1].
            horizon: number of frames to predict, at least 1.
            samples: how many futures to draw of each clip; one, and no axis
                for it, when None.
            seed: key of the draws of a stochastic model.
            goal: frame to arrive at, for models that can be given one.

        Returns:
            uint8 `[batch, horizon, height, width, channel]`, with a first
            axis `[samples, ...]` where samples are asked for.

        Raises:
            ValueError: when the context has no frame, or frames of another
                shape, type or range, the horizon or samples are no whole
                number of at least 1, or a goal is given to a model that takes
                none.
        """
        context = self._checked_context(context)
        if goal is not None:
            raise ValueError(
                f"goal was given, but {type(self).__name__} takes none."
            )
        horizon = _whole("horizon", horizon)
        count = 1 if samples is None else _whole("samples", samples)
        ahead = self._pieces(context, horizon, count, seed, PIECE)
        frames = tf.concat(list(ahead), axis=1)
        return frames if samples is None else self._by_sample(frames, count)

    def stream(
        self,
        context: tf.Tensor,
        horizon: int,
        samples: int = 1,
        seed: int = 0,
        piece: int = PIECE,
    ) -> Iterator[np.ndarray]:
        """`forecast` of several futures piece by piece.

        The same frames, in a memory that does not grow with the horizon.

        Args:
            context: `[batch, time, height, width, channel]`, uint8 or
                floating in [0, 1].
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
        context = self._checked_context(context)
        horizon, samples = (
            _whole("horizon", horizon),
            _whole("samples", samples),
        )
        piece = _whole("piece", piece)
        for ahead in self._pieces(context, horizon, samples, seed, piece):
            yield self._by_sample(ahead, samples).numpy()

    def _pieces(
        self,
        context: tf.Tensor,
        horizon: int,
        samples: int,
        seed: int,
        piece: int,
    ) -> Iterator[tf.Tensor]:
        """uint8 `[samples·batch, frames, height, width, channel]` each."""
        if not tf.is_symbolic_tensor(seed):
            seed = _whole("seed", seed, tf.int32.min)
        keys = tf.stack([tf.cast(seed, tf.int32), 0])
        state = self._begin(_tiled(context, samples), keys)
        for first in range(0, horizon, piece):
            frames = tf.constant(min(piece, horizon - first))
            ahead, state = self._go_on(state, frames)
            yield ahead

    def futures(
        self,
        context: tf.Tensor,
        horizon: tf.Tensor,
        samples: tf.Tensor | int,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        """`forecast` of several futures as a graph, all in one batch."""
        frames = self.roll_out(_tiled(context, samples), horizon, seed)
        return self._by_sample(frames, samples)

    @tf.function(reduce_retracing=True)
    def roll_out(
        self, context: tf.Tensor, horizon: tf.Tensor, seed: tf.Tensor
    ) -> tf.Tensor:
        """`forecast` as one graph: uint8 frames in, uint8 frames out."""
        return self._go_on(self.start(context, seed), horizon)[0]

    @tf.function(reduce_retracing=True)
    def _begin(self, context: tf.Tensor, seed: tf.Tensor) -> State:
        return self.start(context, seed)

    @tf.function(reduce_retracing=True)
    def _go_on(
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

    def _by_sample(self, frames: tf.Tensor, samples: tf.Tensor | int):
        shape = tf.concat([[samples, -1], tf.shape(frames)[1:]], axis=0)
        return tf.reshape(
            frames, shape
        )  # [samples, batch, horizon, height, width, channel]

    def _checked_context(self, context: tf.Tensor) -> tf.Tensor:
        context = _checked_frames(context, "context")
        if context.shape.rank != 5 or context.shape[2:] != self.frame_shape:
            raise ValueError(
                f"context has shape {list(context.shape)}; this model takes "
                f"[batch, time, {', '.join(map(str, self.frame_shape))}]"
                f"{layout_hint(context.shape)}."
            )
        if context.shape[0] == 0:
            raise ValueError("context has no clip; at least one is needed.")
        if context.shape[1] == 0:
            raise ValueError("context has no frame; at least one is needed.")
        return context


def _tiled(context: tf.Tensor, samples: tf.Tensor | int) -> tf.Tensor:
    """The clips once for each sample, `[samples * batch, ...]`."""
    return tf.tile(context, tf.stack([samples, 1, 1, 1, 1]))


def _whole(name: str, value: int, least: int = 1) -> int:
    """A whole number of Python's type, whatever type it was given as."""
    try:
        number = operator.index(value)
    except TypeError as error:
        raise ValueError(
            f"{name}={value!r} is no whole number; {least} is the least."
        ) from error
    if number < least:
        raise ValueError(f"{name}={number} is too small; {least} is the least.")
    if number > tf.int32.max:
        raise ValueError(
            f"{name}={number} is too large; {tf.int32.max} is the most."
        )
    return number


def _checked_frames(frames: tf.Tensor, name: str) -> tf.Tensor:
    """Frames as uint8 or float32.

    Raises:
        ValueError: for another type, and, where the values are known, which
            they are not within a graph, for any outside [0, 1].
    """
    try:
        frames = tf.convert_to_tensor(frames)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is no array of frames: {error}") from error
    if frames.dtype == tf.uint8:
        return frames
    if not frames.dtype.is_floating:
        raise ValueError(f"{name} holds {frames.dtype.name}; {ALLOWED}.")
    kind, frames = frames.dtype.name, tf.cast(frames, tf.float32)
    if not tf.is_symbolic_tensor(frames) and tf.size(frames):
        values = frames.numpy()
        check_unit_range(values.min(), values.max(), kind, name)
    return frames


def to_float(frames: tf.Tensor) -> tf.Tensor:
    """uint8 frames as float32 in [0, 1]; floating values stay as they are.

    Raises:
        ValueError: for another type, and, outside a graph, for values outside
            [0, 1].
    """
    frames = _checked_frames(frames, "frames")
    if frames.dtype == tf.uint8:
        return tf.cast(frames, tf.float32) / 255.0
    return frames


def to_uint8(frames: tf.Tensor) -> tf.Tensor:
    """Frames in [0, 1] as the nearest uint8."""
    scaled = tf.round(tf.cast(frames, tf.float32) * 255.0)
    return tf.cast(tf.clip_by_value(scaled, 0.0, 255.0), tf.uint8)
