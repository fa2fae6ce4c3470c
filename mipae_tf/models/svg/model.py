"""What SVG-LP and SVG-FP share: stochastic video generation (1802.07687)."""

import dataclasses
from typing import ClassVar

import tensorflow as tf

from mipae_tf.models.base import Latents
from mipae_tf.models.base import State
from mipae_tf.models.base import VideoModel
from mipae_tf.models.base import to_float
from mipae_tf.models.config import TORCH_RULES
from mipae_tf.models.config import option
from mipae_tf.models.config import other_default
from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.latent import Latent
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.models.stage import Stage
from mipae_tf.models.svg.network import SVGNetwork
from mipae_tf.models.svg.stage import SVGStage
from mipae_tf.networks.gaussian_head import noise_along


@dataclasses.dataclass(frozen=True)
class SVGConfig(SequenceConfig):
    """Hyper-parameters of SVG-LP and SVG-FP."""

    state_dim: int = option(128, "Size of the code of a frame.", low=1)
    noise_dim: int = option(10, "Size of the latent drawn each frame.", low=1)
    lstm_dim: int = option(256, "Units of each LSTM layer.", low=1)
    lstm_layers: int = option(2, "LSTM layers.", low=1)
    kl_weight: float = option(
        2e-5, "Weight of the KL, against the mean error of a pixel.", low=0
    )
    skip_frame: str = option(
        "last",
        "Frame whose maps the decoder takes beyond the context: its last, or "
        "the one before it, as the authors' code has it.",
        choices=("last", "last_but_one"),
    )
    backbone: str = option(
        "coordinate",
        "Encoders and decoder.",
        choices=("coordinate", "dcgan_skips", "vgg_resnet"),
    )
    learning_rate: float = other_default(SequenceConfig, "learning_rate", 2e-3)
    first_log_scale: float = option(
        -3.0,
        "Log-scale that the posterior starts from: a latent that is mostly "
        "noise is given up before anything is learnt from it.",
    )

    clamp_log_scales: bool = option(
        True, "Whether log-scales of the latent are kept within ±7."
    )
    time_steps: str = option(
        "together",
        "How the frames of a clip are trained on. together: encoder and "
        "decoder take all times in one call; the loss is the mean over them. "
        "apart: a call for each time, so that batch normalization sees one "
        "time alone; the loss is the sum over times, as published.",
        choices=("together", "apart"),
    )

    PROTOCOLS = {
        "default": {},
        "published": {
            **TORCH_RULES,
            "clamp_log_scales": False,
            "time_steps": "apart",
            "backbone": "dcgan_skips",
            "skip_frame": "last_but_one",
            "schedule": "constant",
            "kl_weight": 1e-4,
            "first_log_scale": 0.0,
            "batch_size": 100,
            "training_steps": 180_000,
            "keep": "last",
        },
    }


class SVG(VideoModel):
    """Frames from the last frame and a latent that is drawn at each step.

    Subclasses say whether the prior of that latent is learned.
    """

    Config = SVGConfig
    learned_prior: ClassVar[bool]

    def __init__(self, config, frame_shape, seed=0, **kwargs) -> None:
        super().__init__(config, frame_shape, seed, **kwargs)
        self.network = SVGNetwork(config, self.frame_shape, self.learned_prior)
        self.built = True

    @property
    def latents(self) -> tuple[Latent, ...]:
        """The code h of every frame, and the noise z that led to it."""
        return (
            Latent("state", "state", True, self.config.state_dim),
            Latent("noise", "noise", True, self.config.noise_dim),
        )

    def stages(self) -> tuple[Stage, ...]:
        """One: all networks at once."""
        return (SVGStage(self.network, self.config, self.seed),)

    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """h and z of every frame, z from the posterior."""
        h = self.network.encode(to_float(frames))
        noise = None
        if seed is not None:
            noise = noise_along(h, self.network.noise_dim, tf.stack([seed, 0]))
        found, _ = self.network.follow(_before(h), h, noise)
        return {"state": h, "noise": found["noise"]}

    def decode(
        self, latents: Latents, reference: tf.Tensor | None = None
    ) -> tf.Tensor:
        """See `VideoModel.decode`; each frame from the code before and z.

        Raises:
            ValueError: when the decoder takes skips and no reference is
                given.
        """
        if reference is None and self.network.decoder.skips:
            raise ValueError(
                f"{type(self).__name__} decodes with skip connections: decode "
                "needs reference, the frame that they come from."
            )
        inputs = tf.concat([_before(latents["state"]), latents["noise"]], -1)
        batch = tf.shape(inputs)[0]
        memory = self.network.fresh_memory(batch)["predictor"]
        states = self.network.predictor(inputs, states=memory)
        maps = []
        if reference is not None:
            time = tf.shape(states)[1]
            maps = [tf.repeat(x, time, axis=0) for x in self._maps(reference)]
        return fold_time(
            self.network.decoder, states, skips=maps, training=False
        )

    def start(self, context: tf.Tensor, seed: tf.Tensor) -> State:
        """See `VideoModel.start`: z of the context from the posterior."""
        h = self.network.encode(to_float(context))
        memory = self._memory_of(h, seed)
        back = 1 if self.config.skip_frame == "last" else 2
        at = tf.maximum(tf.shape(context)[1] - back, 0)
        return {
            "last": h[:, -1],
            "memory": memory,
            "maps": self._maps(tf.gather(context, at, axis=1)),
            "key": tf.random.experimental.stateless_fold_in(seed, 1),
        }

    def step(
        self, state: State, frame: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, State]:
        """See `VideoModel.step`; the prediction is encoded for the next."""
        network, key, past = self.network, state["key"], state["last"]
        shape = tf.stack([tf.shape(past)[0], network.noise_dim])
        noise = tf.random.stateless_normal(shape, key)
        code, memory = network.advance(past, state["memory"], noise)
        drawn = network.decoder(code, skips=state["maps"], training=False)
        present = network.encode(
            (drawn if frame is None else to_float(frame))[:, None]
        )[:, 0]
        if frame is not None:
            memory = network.correct(
                past, present, state["memory"], memory, noise
            )
        after = {
            **state,
            "last": present,
            "memory": memory,
            "key": tf.random.experimental.stateless_fold_in(key, 1),
        }
        return drawn, after

    def _memory_of(self, h: tf.Tensor, seed: tf.Tensor):
        """The LSTMs' states after a context of codes `[batch, time, dim]`."""
        nothing = self.network.fresh_memory(tf.shape(h)[0])
        if h.shape[1] == 1:  # nothing has come true yet
            return nothing
        past, present = h[:, :-1], h[:, 1:]

        def heard():
            noise = noise_along(past, self.network.noise_dim, seed)
            return self.network.follow(past, present, noise)[1]

        if h.shape[1] is not None:
            return heard()
        return tf.cond(tf.shape(h)[1] > 1, heard, lambda: nothing)

    def _maps(self, frames: tf.Tensor) -> list[tf.Tensor]:
        """Skip maps of frames `[batch, H, W, C]`."""
        frames = to_float(frames)
        return self.network.encoder.with_skips(frames, training=False)[1]


def _before(h: tf.Tensor) -> tf.Tensor:
    """The code before each, zeros before the first, `[batch, time, dim]`."""
    return tf.concat([tf.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
