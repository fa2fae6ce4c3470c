"""SVG-LP and SVG-FP: stochastic video generation (arXiv 1802.07687)."""

import tensorflow as tf

from mipae_tf.models.base import Latents
from mipae_tf.models.base import State
from mipae_tf.models.base import VideoModel
from mipae_tf.models.context import Context
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.latent import Latent
from mipae_tf.models.stage import Stage
from mipae_tf.models.svg.network import SVGNetwork
from mipae_tf.models.svg.stage import SVGStage
from mipae_tf.networks.gaussian_head import noise_along


class SVG(VideoModel):
    """Predicts each frame from the previous one and a sampled latent.

    SVG-LP learns the prior of the latent; in SVG-FP, it is N(0, I). The config
    selects the model by `LEARNED_PRIOR`.
    """

    STAGES = ("joint",)

    def __init__(self, config, frame_shape, seed=0, **kwargs) -> None:
        super().__init__(config, frame_shape, seed, **kwargs)
        self.network = SVGNetwork(
            config, self.frame_shape, config.LEARNED_PRIOR
        )

    @property
    def latents(self) -> tuple[Latent, ...]:
        """The code h of each frame, and the latent z that predicts it."""
        return (
            Latent("state", "state", True, (self.config.state_dim,)),
            Latent("noise", "noise", True, (self.config.noise_dim,)),
        )

    def stages(self) -> tuple[Stage, ...]:
        """One stage, which trains all networks."""
        return (SVGStage(self.network, self.config, self.seed),)

    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """Encodes h and z of each frame; z is that of the posterior."""
        h = self.network.encode(to_float(frames))
        noise = None
        if seed is not None:
            noise = noise_along(h, self.network.noise_dim, tf.stack([seed, 0]))
        found, _ = self.network.teacher_forced(_previous_codes(h), h, noise)
        return {"state": h, "noise": found["noise"]}

    def decode(
        self, latents: Latents, reference: tf.Tensor | None = None
    ) -> tf.Tensor:
        """See `VideoModel.decode`; uses the previous code and z.

        Raises:
            ValueError: if the decoder has skip connections and no reference
                is given.
        """
        if reference is None and self.network.decoder.skips:
            raise ValueError(
                f"{self.title} decodes with skip connections from a frame or "
                "blends frames into it, so decode needs reference, that frame."
            )
        inputs = tf.concat(
            [_previous_codes(latents["state"]), latents["noise"]], -1
        )
        batch = tf.shape(inputs)[0]
        memory = self.network.initial_memory(batch)["predictor"]
        states = self.network.predictor(inputs, states=memory)
        maps = []
        if reference is not None:
            time = tf.shape(states)[1]
            maps = [
                tf.repeat(x, time, axis=0) for x in self._skip_maps(reference)
            ]
        return fold_time(
            self.network.decoder, states, skips=maps, training=False
        )

    def start(self, context: Context, seed: tf.Tensor) -> State:
        """See `VideoModel.start`; z is sampled from the posterior."""
        frames = context.frames
        h = self.network.encode(to_float(frames))
        memory = self._memory_after(h, seed)
        back = 1 if self.config.skip_frame == "last" else 2
        at = tf.maximum(tf.shape(frames)[1] - back, 0)
        return {
            "last": h[:, -1],
            "memory": memory,
            "maps": self._skip_maps(tf.gather(frames, at, axis=1)),
            "key": tf.random.experimental.stateless_fold_in(seed, 1),
        }

    def step(
        self, state: State, frame: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, State]:
        """See `VideoModel.step`; the predicted frame is encoded again."""
        network, key, past = self.network, state["key"], state["last"]
        shape = tf.stack([tf.shape(past)[0], network.noise_dim])
        noise = tf.random.stateless_normal(shape, key)
        code, memory = network.step(past, state["memory"], noise)
        drawn = network.decoder(code, skips=state["maps"], training=False)
        present = network.encode(
            (drawn if frame is None else to_float(frame))[:, None]
        )[:, 0]
        if frame is not None:
            memory = network.observe(
                past, present, state["memory"], memory, noise
            )
        after = {
            **state,
            "last": present,
            "memory": memory,
            "key": tf.random.experimental.stateless_fold_in(key, 1),
        }
        return drawn, after

    def _memory_after(self, h: tf.Tensor, seed: tf.Tensor):
        """States of the LSTMs after context codes `[batch, time, dim]`."""
        initial = self.network.initial_memory(tf.shape(h)[0])
        if h.shape[1] == 1:  # the first input of the LSTMs predicts frame 1
            return initial
        past, present = h[:, :-1], h[:, 1:]

        def after_context():
            noise = noise_along(past, self.network.noise_dim, seed)
            return self.network.teacher_forced(past, present, noise)[1]

        if h.shape[1] is not None:
            return after_context()
        return tf.cond(tf.shape(h)[1] > 1, after_context, lambda: initial)

    def _skip_maps(self, frames: tf.Tensor) -> list[tf.Tensor]:
        """Skip maps of frames `[batch, H, W, C]`."""
        return self.network.with_skips(to_float(frames))[1]


def _previous_codes(h: tf.Tensor) -> tf.Tensor:
    """Shifts codes by one step, with zeros first, `[batch, time, dim]`."""
    return tf.concat([tf.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
