"""DDPAE: decompositional disentangled predictive auto-encoder (1806.04166)."""

import tensorflow as tf

from mipae_tf.models.base import Latents
from mipae_tf.models.base import State
from mipae_tf.models.base import VideoModel
from mipae_tf.models.context import Context
from mipae_tf.models.ddpae.network import DDPAENetwork
from mipae_tf.models.ddpae.network import compose
from mipae_tf.models.ddpae.pose_network import POSE_DIM
from mipae_tf.models.ddpae.stage import DDPAEStage
from mipae_tf.models.ddpae.stage import elbo_terms
from mipae_tf.models.evidence import Evidence
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.latent import Latent
from mipae_tf.models.stage import Stage


class DDPAE(VideoModel):
    """A frame is a sum of components, each one object at one pose.

    The content of a component is constant within a clip. Its pose, scale and
    position, changes by β_t from frame to frame.
    """

    STAGES = ("elbo",)

    def __init__(self, config, frame_shape, seed=0, **kwargs) -> None:
        super().__init__(config, frame_shape, seed, **kwargs)
        self.network = DDPAENetwork(config, self.frame_shape)

    @property
    def latents(self) -> tuple[Latent, ...]:
        """Content and pose (s, x, y) of each component."""
        config = self.config
        shape, count = (config.content_dim,), config.components
        return (
            Latent("content", "content", False, shape, count),
            Latent("pose", "pose", True, (POSE_DIM,), count),
        )

    def stages(self) -> tuple[Stage, ...]:
        """One stage, which maximizes the evidence lower bound."""
        return (DDPAEStage(self.network, self.config, self.seed),)

    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """Infers content and poses from all frames."""
        frames, noise = to_float(frames), None
        if seed is not None:
            noise = self.network.draw_noise(frames, tf.stack([seed, 0]))
        found = self.network.infer(frames, noise=noise)
        return {"content": found.code, "pose": found.pose}

    def decode(
        self, latents: Latents, reference: tf.Tensor | None = None
    ) -> tf.Tensor:
        """See `VideoModel.decode`; no reference is needed."""
        return compose(self.network.decode(latents["content"], latents["pose"]))

    def components(self, frames: tf.Tensor, horizon: int = 0) -> tf.Tensor:
        """Draws each component alone, in given frames and the following ones.

        Args:
            frames: uint8 `[batch, time, height, width, channel]`.
            horizon: number of frames to predict.

        Returns:
            float32 `[batch, time + horizon, components, height, width,
            channel]` in [0, 1].
        """
        found = self.network.infer(to_float(frames), horizon)
        return self.network.decode(found.code, found.pose)

    def draw_layers(self, frames: tf.Tensor) -> tf.Tensor:
        """See `VideoModel.draw_layers`; the components."""
        return self.components(frames)

    def segment(self, frames: tf.Tensor) -> tf.Tensor:
        """See `VideoModel.segment`; the brightness of each component.

        Where the sum of the components exceeds 1, they share the pixel in
        proportion.
        """
        bright = tf.reduce_mean(self.components(frames), axis=-1)
        masks = tf.transpose(bright, [0, 1, 3, 4, 2])
        total = tf.reduce_sum(masks, axis=-1, keepdims=True)
        return masks / tf.maximum(total, 1.0)

    def start(self, context: Context, seed: tf.Tensor) -> State:
        """See `VideoModel.start`; uses the means of the latents."""
        found = self.network.infer(to_float(context.frames))
        return {**found.memory, "objects": self.network.objects(found.code)}

    def step(
        self, state: State, frame: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, State]:
        """See `VideoModel.step`.

        A given frame is read like one of the context. Frames that were
        predicted before it are not read.
        """
        objects = state["objects"]
        memory = {k: v for k, v in state.items() if k != "objects"}
        pose, after = self.network.predict(memory)
        drawn = compose(self.network.paste(objects, pose[:, None]))[:, 0]
        if frame is not None:
            after, content = self.network.observe(to_float(frame), memory)
            objects = self.network.objects(content.mean)
        return drawn, {**after, "objects": objects}

    def evidence(self, clip: tf.Tensor, seed: tf.Tensor | int = 0) -> Evidence:
        """See `VideoModel.evidence`; this is the training objective.

        The frames after the context are predicted. The KL divergences of the
        content and of the initial pose, which a clip has once, count in the
        first frame.
        """
        frames, key = to_float(clip), tf.stack([seed, 0])
        found = elbo_terms(self.network, frames, key, self.config, False)
        once = found["kl_initial"] + found["kl_content"]  # [batch]
        later = tf.zeros_like(found["kl_transition"][:, 1:])
        kl = found["kl_transition"] + tf.concat([once[:, None], later], axis=1)
        return Evidence(found["likelihood"], kl)
