"""What MIPAE and DRNET share: content, pose, and a penalty on pose pairs."""

import abc
import dataclasses

import tensorflow as tf

from mipae_tf.models.base import Latents
from mipae_tf.models.base import to_float
from mipae_tf.models.config import option
from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.latent import Latent
from mipae_tf.models.pose_content.config import PUBLISHED_RECIPE
from mipae_tf.models.pose_content.config import RecurrentConfig
from mipae_tf.models.pose_content.recurrent_autoencoder import (
    RecurrentAutoencoder,
)
from mipae_tf.models.pose_content.representation_stage import draw_logits
from mipae_tf.models.stage import Stage
from mipae_tf.networks.critic import Critic

# Shared frame times, a fresh batch for the critic, one pose decoded.
PUBLISHED_PAIRS = {
    **PUBLISHED_RECIPE,
    "sampling": "published",
    "contents": 1,
    "negatives": "permutation",
    "poses_per_clip": 1,
    "similarity_weight": 1.0,
    "content_dim": 128,
    "pose_dim": 5,
    "critic_dim": 512,
    "critic_learning_rate": 2e-3,
}


@dataclasses.dataclass(frozen=True)
class PoseContentConfig(RecurrentConfig):
    """Codes, pairs and weights of a `PoseContentModel`."""

    content_dim: int = option(128, "Size of the content code.", low=1)
    pose_dim: int = option(5, "Size of the pose code.", low=1)
    similarity_weight: float = option(
        2e-3, "Weight of the distance of two contents of a clip.", low=0
    )
    contents: int = option(
        2,
        "1: all poses are decoded with one content, which the similarity "
        "pulls towards another frame's. 2: poses are decoded with the one and "
        "the other in turn, and the similarity pulls at both.",
        choices=(1, 2),
    )
    poses_per_clip: int = option(
        2, "Frames decoded from each clip in a step.", low=1
    )
    critic_dim: int = option(128, "Hidden units of the critic.", low=1)
    critic_learning_rate: float = option(
        1e-3, "Adam's rate for the critic.", above=0
    )
    sampling: str = option(
        "distinct",
        "distinct: frames of distinct random times, drawn for each clip, "
        "serve critic and encoders. published: times shared by the batch, "
        "content from frame 0, fresh clips for the critic.",
        choices=("distinct", "published"),
    )
    negatives: str = option(
        "derangement",
        "How clips are paired for the marginals: never with themselves, or "
        "by any permutation.",
        choices=("derangement", "permutation"),
    )
    marginals: str = option(
        "global",
        "Where several replicas share a batch, the clips that marginal pairs "
        "are made of: those of all replicas, or of each by itself.",
        choices=("global", "replica"),
    )


class PoseContentModel(RecurrentAutoencoder):
    """A clip is one content and a pose for each frame.

    Content is read from the last frame given, pose from every frame; the
    decoder draws a frame from both. Subclasses say how the critic is trained
    and what the pose encoder pays.
    """

    moving = "pose"
    fixed = "content"
    critic_class: type[Critic] = Critic

    def __init__(self, config, frame_shape, seed=0, **kwargs) -> None:
        super().__init__(config, frame_shape, seed, **kwargs)
        self.content_encoder = self.make_encoder("content", config.content_dim)
        self.pose_encoder = self.make_encoder("pose", config.pose_dim)
        self.decoder = self.make_decoder(
            config.content_dim + config.pose_dim, config.pose_dim
        )
        self.predictor = self.make_predictor()
        self.built = True

    @property
    def latents(self) -> tuple[Latent, ...]:
        """Content stays, pose moves."""
        return (
            Latent("content", "content", False, self.config.content_dim),
            Latent("pose", "pose", True, self.config.pose_dim),
        )

    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """Content `[batch, dim]` of the last frame, pose of every frame.

        Deterministic: a seed makes no difference.
        """
        frames = to_float(frames)
        return {
            "content": self.content_encoder(frames[:, -1], training=False),
            "pose": fold_time(self.pose_encoder, frames, training=False),
        }

    def decode(
        self, latents: Latents, reference: tf.Tensor | None = None
    ) -> tf.Tensor:
        """See `VideoModel.decode`; skip maps come from `reference`.

        Raises:
            ValueError: when the decoder takes skips and no reference is given.
        """
        skips = None
        if self.decoder.skips:
            if reference is None:
                raise ValueError(
                    f"--backbone={self.config.backbone} decodes with skip "
                    "connections: decode needs reference, the content frame."
                )
            frames = to_float(reference)
            _, skips = self.content_encoder.with_skips(frames, training=False)
        poses = latents["pose"]
        contents = tf.repeat(
            latents["content"][:, None], tf.shape(poses)[1], axis=1
        )
        return tf.sigmoid(
            draw_logits(self.decoder, contents, poses, skips, training=False)
        )

    def stages(self) -> tuple[Stage, ...]:
        """Representation, then dynamics."""
        return self.representation_stage(), self.dynamics_stage()

    @abc.abstractmethod
    def representation_stage(self) -> Stage:
        """The first stage, with this model's critic and penalty."""

    def encoders(self):
        """See `RecurrentAutoencoder.encoders`."""
        return self.pose_encoder, self.content_encoder

    def make_critic(self) -> Critic:
        """A critic over pairs of poses; trained, then left behind."""
        critic = self.critic_class(hidden_dim=self.config.critic_dim)
        critic.build((None, self.config.pose_dim))
        return critic
