"""The model class of MIPAE, DRNET and AE-LSTM."""

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
from mipae_tf.models.pose_content.forecast_stage import ForecastStage
from mipae_tf.models.pose_content.network import PoseContentNetwork
from mipae_tf.models.pose_content.network import Reference
from mipae_tf.models.pose_content.representation_stage import (
    RepresentationStage,
)
from mipae_tf.models.stage import Stage


class PoseContentModel(VideoModel):
    """Encodes frames, predicts codes with an LSTM, and decodes them.

    The config selects the model: `MIPAEConfig` is the Mutual Information
    Predictive Auto-Encoder (arXiv 2011.08614), `DRNETConfig` the Disentangled
    Representation Network (arXiv 1705.10915), and `AELSTMConfig` the baseline
    of section 4.3 of the latter, with one code for content and pose. MIPAE and
    DRNET represent a clip by one content code, encoded from the last context
    frame, and one pose code per frame.
    """

    STAGES = ("representation", "dynamics", "forecast")

    def __init__(self, config, frame_shape, seed=0, **kwargs) -> None:
        super().__init__(config, frame_shape, seed, **kwargs)
        self.network = PoseContentNetwork(config, self.frame_shape)

    @property
    def stage_names(self) -> tuple[str, ...]:
        """See `VideoModel.stage_names`; `forecast` is optional."""
        return self.STAGES if self.config.forecast_steps else self.STAGES[:-1]

    @property
    def latents(self) -> tuple[Latent, ...]:
        """Content and pose, or one entangled state."""
        config = self.config
        moving = Latent(
            config.MOVING_LATENT,
            config.MOVING_LATENT,
            True,
            (config.moving_dim,),
        )
        if config.FIXED_LATENT is None:
            return (moving,)
        fixed = Latent(
            config.FIXED_LATENT, config.FIXED_LATENT, False, (config.fixed_dim,)
        )
        return fixed, moving

    def stages(self) -> tuple[Stage, ...]:
        """The representation and dynamics stages; optionally, ForecastStage."""
        config = self.config
        representation = (
            RepresentationStage if config.FIXED_LATENT else AutoencoderStage
        )
        dynamics = (
            DynamicsStage
            if config.dynamics_input == "latents"
            else PublishedDynamicsStage
        )
        stages = [representation, dynamics]
        if config.forecast_steps:
            stages.append(ForecastStage)
        return tuple(make(self.network, config, self.seed) for make in stages)

    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """Encodes the content of the last frame and the pose of each frame.

        Deterministic; the seed is ignored.
        """
        frames = to_float(frames)
        moving = {self.config.MOVING_LATENT: self.network.poses(frames)}
        if self.config.FIXED_LATENT is None:
            return moving
        content = self.network.content_encoder(frames[:, -1], training=False)
        return {self.config.FIXED_LATENT: content, **moving}

    def decode(
        self, latents: Latents, reference: tf.Tensor | None = None
    ) -> tf.Tensor:
        """See `VideoModel.decode`; `reference` is the content frame.

        Raises:
            ValueError: if the decoder needs the content frame, and no
                reference is given.
        """
        if not self.network.uses_content_frame:
            given = Reference()
        elif reference is None:
            raise ValueError(
                f"{self.title} decodes with skip connections from the content "
                "frame or blends frames into it, so decode needs reference, "
                "the content frame."
            )
        else:
            given = self.network.reference(to_float(reference))
        content = latents.get(self.config.FIXED_LATENT)
        return self.network.decode(
            latents[self.config.MOVING_LATENT], given._replace(content=content)
        )

    def start(self, context: Context, seed: tf.Tensor) -> State:
        """See `VideoModel.start`; the seed is ignored."""
        frames = to_float(context.frames)
        codes = self.network.poses(frames)  # [batch, time, moving_dim]
        reference = self.network.reference(frames[:, -1])
        origin = self.network.origin(codes)
        memory = self.network.predictor.warm_up(
            codes[:, :-1] - origin, reference.content
        )
        given = reference._asdict().items()  # a loop state has no None
        return {
            "code": codes[:, -1],
            "memory": memory,
            "origin": origin[:, 0],
            "reference": {k: v for k, v in given if v is not None},
        }

    def step(
        self, state: State, frame: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, State]:
        """See `VideoModel.step`."""
        reference = Reference(**state["reference"])
        origin = state["origin"]
        code, memory = self.network.predictor.step(
            state["code"] - origin, reference.content, state["memory"]
        )
        code += origin
        decoded = self.network.decode(code[:, None], reference)
        if frame is not None:
            code = self.network.poses(to_float(frame)[:, None])[:, 0]
        return decoded[:, 0], {**state, "code": code, "memory": memory}
