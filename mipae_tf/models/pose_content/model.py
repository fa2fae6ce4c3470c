"""The model behind MIPAE, DRNET and AE-LSTM."""

import tensorflow as tf

from mipae_tf.models.base import Latents
from mipae_tf.models.base import State
from mipae_tf.models.base import VideoModel
from mipae_tf.models.context import Context
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.latent import Latent
from mipae_tf.models.pose_content.autoencoder_stage import AutoencoderStage
from mipae_tf.models.pose_content.dynamics import DynamicsStage
from mipae_tf.models.pose_content.dynamics import PublishedDynamicsStage
from mipae_tf.models.pose_content.network import PoseContentNetwork
from mipae_tf.models.pose_content.representation_stage import (
    RepresentationStage,
)
from mipae_tf.models.stage import Stage


class PoseContentModel(VideoModel):
    """Encode, predict the moving code by an LSTM, decode.

    With `MIPAEConfig` this is the Mutual Information Predictive Auto-Encoder
    (arXiv 2011.08614), with `DRNETConfig` the Disentangled Representation
    Network (arXiv 1705.10915), with `AELSTMConfig` the baseline of its
    section 4.3: one code for content and pose. In the first two a clip is one
    content, read from the last frame given, and a pose for each frame.
    """

    STAGES = ("representation", "dynamics")

    def __init__(self, config, frame_shape, seed=0, **kwargs) -> None:
        super().__init__(config, frame_shape, seed, **kwargs)
        self.network = PoseContentNetwork(config, self.frame_shape)

    @property
    def latents(self) -> tuple[Latent, ...]:
        """Content that stays and pose that moves, or one entangled state."""
        config = self.config
        moving = Latent(
            config.MOVING, config.MOVING, True, (config.moving_dim,)
        )
        if config.FIXED is None:
            return (moving,)
        fixed = Latent(config.FIXED, config.FIXED, False, (config.fixed_dim,))
        return fixed, moving

    def stages(self) -> tuple[Stage, ...]:
        """Representation, then dynamics."""
        config = self.config
        representation = (
            RepresentationStage if config.FIXED else AutoencoderStage
        )
        dynamics = (
            DynamicsStage
            if config.dynamics_input == "latents"
            else PublishedDynamicsStage
        )
        return (
            representation(self.network, config, self.seed),
            dynamics(self.network, config, self.seed),
        )

    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """Content of the last frame, pose of every frame.

        Deterministic: a seed makes no difference.
        """
        frames = to_float(frames)
        moving = {self.config.MOVING: self.network.poses(frames)}
        if self.config.FIXED is None:
            return moving
        content, _ = self.network.content(frames[:, -1])
        return {self.config.FIXED: content, **moving}

    def decode(
        self, latents: Latents, reference: tf.Tensor | None = None
    ) -> tf.Tensor:
        """See `VideoModel.decode`; skip maps come from `reference`.

        Raises:
            ValueError: when the decoder takes skips and no reference is given.
        """
        skips = None
        if self.network.uses_skips:
            if reference is None:
                raise ValueError(
                    f"--backbone={self.config.backbone} decodes with skip "
                    "connections: decode needs reference, the content frame."
                )
            _, skips = self.network.content(to_float(reference))
        content = latents.get(self.config.FIXED)
        return self.network.draw(content, latents[self.config.MOVING], skips)

    def start(self, context: Context, seed: tf.Tensor) -> State:
        """See `VideoModel.start`; nothing is drawn at random."""
        frames = to_float(context.frames)
        codes = self.network.poses(frames)  # [batch, time, moving_dim]
        content = skips = None
        if self.config.FIXED is not None:
            content, skips = self.network.content(frames[:, -1])
        state = {
            "code": codes[:, -1],
            "memory": self.network.predictor.read(codes[:, :-1], content),
        }
        if content is not None:
            state["content"] = content
        if skips is not None:  # once a forecast, not once a frame
            state["skips"] = skips
        return state

    def step(
        self, state: State, frame: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, State]:
        """See `VideoModel.step`."""
        content = state.get("content")
        code, memory = self.network.predictor.step(
            state["code"], content, state["memory"]
        )
        decoded = self.network.draw(content, code[:, None], state.get("skips"))
        if frame is not None:
            code = self.network.poses(to_float(frame)[:, None])[:, 0]
        return decoded[:, 0], {**state, "code": code, "memory": memory}
