"""MoCoGAN (arXiv 1707.04993), and its variant with an encoder."""

import tensorflow as tf

from mipae_tf.models.base import Latents
from mipae_tf.models.base import State
from mipae_tf.models.base import VideoModel
from mipae_tf.models.context import Context
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.latent import Latent
from mipae_tf.models.mocogan.encoder import ContextEncoder
from mipae_tf.models.mocogan.generator import Codes
from mipae_tf.models.mocogan.network import MoCoGANNetwork
from mipae_tf.models.mocogan.network import to_signed
from mipae_tf.models.mocogan.network import to_unit
from mipae_tf.models.mocogan.stage import MoCoGANStage
from mipae_tf.models.stage import Stage

WITH_ENCODER = ("forecast", "encode", "decode")
WITHOUT_ENCODER = ("generate", "generate_grid")


class MoCoGAN(VideoModel):
    """Generates clips from a content code and a sequence of motion codes.

    Without an encoder, clips are generated from noise. With one, the codes of
    the context frames are inferred, and the model forecasts.
    """

    STAGES = ("adversarial",)
    FAILURES = MoCoGANStage.FLOORS

    def __init__(self, config, frame_shape, seed=0, **kwargs) -> None:
        super().__init__(config, frame_shape, seed, **kwargs)
        self.network = MoCoGANNetwork(config, self.frame_shape)

    @property
    def latents(self) -> tuple[Latent, ...]:
        """z_C and z_M, if there is an encoder."""
        if not self.config.encoder:
            return ()
        return (
            Latent("content", "content", False, (self.config.content_dim,)),
            Latent("motion", "pose", True, (self.config.motion_dim,)),
        )

    @property
    def stochastic(self) -> bool:
        """True: the motion after the context is random."""
        return True

    def offers(self, capability: str) -> bool:
        """See `VideoModel.offers`."""
        offered = WITH_ENCODER if self.config.encoder else WITHOUT_ENCODER
        return capability in offered

    def not_offered(self, capability: str) -> str:
        """See `VideoModel.not_offered`; names the flag that is needed."""
        if capability in WITH_ENCODER:
            return f"{self.title} offers no {capability} without --encoder."
        if capability in WITHOUT_ENCODER:
            return f"{self.title} offers no {capability} with --encoder."
        return super().not_offered(capability)

    def stages(self) -> tuple[Stage, ...]:
        """One stage, which trains the generator and both discriminators."""
        stage = MoCoGANStage(
            self.network, self.config, self.frame_shape, self.seed
        )
        return (stage,)

    def generate(self, count: int, length: int, seed: int = 0) -> tf.Tensor:
        """See `VideoModel.generate`."""
        self._require("generate")
        key = tf.stack([seed, 0])
        codes = self.network.sample(count, length, key)
        return to_unit(self.network.frames(codes))

    def generate_grid(
        self, contents: int, motions: int, length: int, seed: int = 0
    ) -> tf.Tensor:
        """See `VideoModel.generate_grid`; a category belongs to a motion."""
        self._require("generate_grid")
        network, key = self.network, tf.stack([seed, 0])
        category = network.sample_category(motions, key)
        motion = network.sample_motion(motions, length, key)
        rows = []  # one content at a time, to save memory
        for content in network.sample_content(contents, key):
            same = tf.repeat(content[None], motions, axis=0)
            codes = Codes(same, category, motion)
            rows.append(to_unit(network.frames(codes)))
        return tf.stack(rows)

    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """Encodes z_C of each clip and z_M of each frame."""
        encoder = self._encoder("encode")
        content, motion = encoder(to_signed(to_float(frames)), training=False)
        return {"content": content, "motion": motion}

    def decode(
        self, latents: Latents, reference: tf.Tensor | None = None
    ) -> tf.Tensor:
        """See `VideoModel.decode`."""
        self._require("decode")
        return self._drawn(latents["content"], latents["motion"])

    def start(self, context: Context, seed: tf.Tensor) -> State:
        """See `VideoModel.start`."""
        encoder = self._encoder("forecast")
        frames = to_signed(to_float(context.frames))
        content, pose = encoder.of_frames(frames, training=False)
        motion = encoder.motion(pose, tf.zeros_like(pose[:, 0]))
        ones = tf.ones_like(content[:, 0, :1])
        return {
            "content": tf.reduce_mean(content, axis=1),
            "frames": ones * tf.cast(tf.shape(content)[1], tf.float32),
            "motion": motion[:, -1],
            "key": tf.random.experimental.stateless_fold_in(seed, 1),
        }

    def step(
        self, state: State, frame: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, State]:
        """See `VideoModel.step`; a given frame is one more context frame."""
        encoder = self._encoder("forecast")
        key, content, motion = state["key"], state["content"], state["motion"]
        noise = tf.random.stateless_normal(tf.shape(motion), key)
        moved = self.network.motion.step(noise, motion)
        drawn = self._drawn(content, moved[:, None])[:, 0]
        after = {
            **state,
            "motion": moved,
            "key": tf.random.experimental.stateless_fold_in(key, 1),
        }
        if frame is not None:
            present = to_signed(to_float(frame))[:, None]
            seen, pose = encoder.of_frames(present, training=False)
            after["frames"] = state["frames"] + 1.0
            # The mean over one more frame.
            after["content"] += (seen[:, 0] - content) / after["frames"]
            after["motion"] = encoder.motion.step(pose[:, 0], motion)
        return drawn, after

    def _drawn(self, content: tf.Tensor, motion: tf.Tensor) -> tf.Tensor:
        """Frames in [0, 1] of z_C `[clips, dim]`, z_M `[clips, time, dim]`."""
        category = self.network.no_category(tf.shape(content)[0])
        codes = Codes(content, category, motion)
        return to_unit(self.network.frames(codes))

    def _encoder(self, capability: str) -> ContextEncoder:
        self._require(capability)
        return self.network.encoder

    def _require(self, capability: str) -> None:
        if not self.offers(capability):
            raise NotImplementedError(self.not_offered(capability))
