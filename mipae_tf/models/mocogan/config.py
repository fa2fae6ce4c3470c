"""Hyper-parameters of MoCoGAN."""

import dataclasses

from mipae_tf.models.config import TORCH_RULES
from mipae_tf.models.config import VIDEO_AUGMENTATION
from mipae_tf.models.config import ModelConfig
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.options import option
from mipae_tf.options import override_default


@dataclasses.dataclass(frozen=True)
class MoCoGANConfig(ModelConfig):
    """Hyper-parameters of MoCoGAN, with and without an encoder."""

    encoder: bool = option(
        False,
        "Whether an encoder computes the content and the first motion code "
        "from context frames, so that the model forecasts.",
    )
    content_dim: int = option(50, "Size of the content code.", low=1)
    motion_dim: int = option(
        10, "Size of the motion code of a frame, and units of its GRU.", low=1
    )
    categories: int = option(
        0, "Values of the category code of a clip; 0 for none.", low=0
    )
    category_weight: float = option(
        1.0, "Weight of the cross-entropy of the category.", low=0
    )
    time_kernel: int = option(
        4, "Frames under a kernel of the video discriminator.", low=1
    )
    instance_noise: float = option(
        0.1,
        "Standard deviation of the noise that is added before every "
        "convolution of the discriminators in training.",
        low=0,
    )
    reconstruction_weight: float = option(
        10.0,
        "Weight of the L1 error of the context frames, with an encoder.",
        low=0,
    )
    feature_dim: int = option(128, "Size of the features of a frame.", low=1)
    weight_decay: float = option(
        1e-5, "Weight of half the sum of all squared weights.", low=0
    )
    video_batch_size: int = option(
        4,
        "Clips per step that the video discriminator sees. The image "
        "discriminator sees one frame of each of --batch_size clips.",
        low=1,
    )
    training_steps: int = override_default(
        SequenceConfig, "training_steps", 20_000
    )
    batch_size: int = override_default(ModelConfig, "batch_size", 12)
    learning_rate: float = override_default(ModelConfig, "learning_rate", 2e-4)
    beta_1: float = override_default(ModelConfig, "beta_1", 0.5)
    schedule: str = override_default(ModelConfig, "schedule", "constant")
    keep: str = override_default(ModelConfig, "keep", "last")
    train_horizon: int = override_default(ModelConfig, "train_horizon", 11)

    PROTOCOLS = {
        "default": {},
        "published": {
            **TORCH_RULES,
            "categories": 6,
            "instance_noise": 0.0,
            "batch_size": 10,
            "video_batch_size": 3,
            "training_steps": 100_000,
        },
    }
    RECIPES = {"drawn": {}, "video": VIDEO_AUGMENTATION}
    SMALL = {
        "width": 2,
        "content_dim": 5,
        "motion_dim": 3,
        "feature_dim": 6,
        "time_kernel": 2,
        "categories": 3,
        "instance_noise": 0.0,
        "batch_size": 4,
        "video_batch_size": 2,
        "training_steps": 4,
        "context": 2,
        "train_horizon": 4,
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.video_batch_size > self.batch_size:
            raise ValueError(
                f"--video_batch_size={self.video_batch_size} is too large; "
                f"allowed is 1 to --batch_size={self.batch_size}."
            )
        if self.encoder and self.categories:
            raise ValueError(
                f"--categories={self.categories} cannot be combined with "
                "--encoder, which infers no category; give --categories=0."
            )
