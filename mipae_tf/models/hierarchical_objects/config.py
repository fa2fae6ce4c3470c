"""Hyper-parameters of the hierarchical background and object model."""

import dataclasses

from mipae_tf.limits import INT32_MAX
from mipae_tf.models.config import ModelConfig
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.options import option
from mipae_tf.options import override_default

DETECTORS = ("peak", "lstm")
CROP_SIZES = (8, 16, 32, 64)


@dataclasses.dataclass(frozen=True)
class HierarchicalObjectsConfig(ModelConfig):
    """Hyper-parameters of `HierarchicalObjects`.

    The paper gives no sizes, weights or numbers of steps. `published` is what
    its text says, with our choices where it says nothing.
    """

    objects: int = option(
        3,
        "Objects that a frame can have; one more than there are lets a run "
        "that uses all of them everywhere be recognized.",
        low=1,
        high=8,
    )
    detector: str = option(
        "peak",
        "Where the detector looks for objects. peak: at the largest residuals "
        "of the background, with learned offsets. lstm: wherever an LSTM says, "
        "as published.",
        choices=DETECTORS,
    )
    adversarial: bool = option(
        True,
        "Whether a discriminator of pairs of poses removes content from the "
        "pose of objects.",
    )
    swap: bool = option(
        True,
        "Whether frames are decoded with the background, and partly with the "
        "contents, of another frame of the clip.",
    )
    overlap: str = option(
        "normalized",
        "Masks that add up to more than 1: normalized to 1, or summed as "
        "published.",
        choices=("normalized", "summed"),
    )
    pose_objective: str = option(
        "bounded",
        "What the pose encoder minimizes against the discriminator D of "
        "pairs: bounded, -log D(same object), or published, "
        "log(1 - D(same object)), which has no lower bound.",
        choices=("bounded", "published"),
    )
    background_dim: int = option(
        64, "Size of the code of the background.", low=1
    )
    content_dim: int = option(16, "Size of the content code.", low=1)
    pose_dim: int = option(4, "Size of the pose code.", low=1)
    crop_size: int = option(
        32, "Height and width of an object in pixels.", choices=CROP_SIZES
    )
    crop_residual: bool = option(
        True,
        "Whether crops of objects also show the error of the background.",
    )
    object_scale: float = option(
        0.35,
        "Expected side of an object with its margin, as a share of the side "
        "of the frame.",
        above=0,
        high=1,
    )
    scale_range: float = option(
        0.35,
        "Largest relative difference from --object_scale.",
        low=0,
        below=1,
    )
    object_price: float = option(
        150.0,
        "Nats that an object must explain, of the error of the background, to "
        "be present; for --detector=peak.",
        low=0,
    )
    observation_variance: float = option(
        0.01, "Variance of the Gaussian likelihood of a pixel.", above=0
    )
    swap_limit: float = option(
        0.5,
        "Largest share of the content that is swapped, reached at the end of "
        "the training.",
        low=0,
        high=1,
    )
    frame_distance: int = option(
        8,
        "Least distance between the two frames of a pair; at most half of "
        "the length of the clips is used.",
        low=1,
    )
    background_weight: float = option(
        1.0,
        "Weight of the distance between two codes of the background of a clip.",
        low=0,
    )
    triplet_weight: float = option(
        1.0, "Weight of the triplet loss of the contents of objects.", low=0
    )
    triplet_margin: float = option(1.0, "Margin of the triplet loss.", low=0)
    pose_weight: float = option(
        1.0, "Weight of the adversarial loss of the pose encoder.", low=0
    )
    discriminator_dim: int = option(
        128, "Hidden units of the discriminator of pairs of poses.", low=1
    )
    gan_weight: float = option(
        0.0,
        "Weight of the adversarial loss of decoded frames, per nat; 0 for no "
        "discriminator of frames.",
        low=0,
    )
    gradient_penalty: float = option(
        10.0,
        "Weight of half the squared gradient of the discriminator of frames "
        "at true frames (R1).",
        low=0,
    )
    mask_weight: float = option(
        0.0,
        "Weight of the squared difference between the mean mask and one half, "
        "in the first half of the training.",
        low=0,
    )
    area_weight: float = option(
        1.0, "Price in nats of a pixel of a mask, at the end.", low=0
    )
    area_start: float = option(
        0.5,
        "Share of the training of objects after which a pixel has a price.",
        low=0,
        high=1,
    )
    background_steps: int = option(
        5_000,
        "Training steps of the background alone, before objects; 0 for none.",
        low=0,
        high=INT32_MAX,
        identity=False,
    )
    object_steps: int = option(
        95_000,
        "Training steps of background and objects.",
        low=0,
        high=INT32_MAX,
        identity=False,
    )
    position_weight: float = option(
        10.0,
        "Weight of the squared distance of positions, beside that of "
        "contents, where objects are ordered over time.",
        low=0,
    )
    interaction: bool = option(
        True,
        "Whether the LSTM of an object is given the positions of the others.",
    )
    lstm_dim: int = option(128, "Units of each LSTM layer.", low=1)
    dynamics_learning_rate: float = option(
        3e-3, "Learning rate of Adam in the dynamics stage.", above=0
    )
    dynamics_batch_size: int = option(
        64, "Clips per step in the dynamics stage.", low=1
    )
    dynamics_steps: int = option(
        5_000,
        "Training steps of the dynamics stage.",
        low=0,
        high=INT32_MAX,
        identity=False,
    )
    width: int = override_default(ModelConfig, "width", 32)
    normalization: str = override_default(ModelConfig, "normalization", "none")
    learning_rate: float = override_default(ModelConfig, "learning_rate", 3e-4)
    # Pairs of poses of different clips need two of them.
    batch_size: int = override_default(ModelConfig, "batch_size", 32, low=2)
    clip_norm: float = override_default(SequenceConfig, "clip_norm", 1000.0)
    context: int = override_default(ModelConfig, "context", 16)
    train_horizon: int = override_default(ModelConfig, "train_horizon", 16)

    PROTOCOLS = {
        "default": {},
        "published": {
            "objects": 2,
            "detector": "lstm",
            "overlap": "summed",
            "pose_objective": "published",
            "crop_residual": False,
            "object_scale": 0.45,
            "scale_range": 0.78,
            "swap_limit": 1.0,
            "frame_distance": 1,
            "gan_weight": 1.0,
            "mask_weight": 200.0,
            "area_weight": 0.0,
            "background_steps": 0,
            "object_steps": 100_000,
            "position_weight": 0.0,
            "interaction": False,
            "ema": 0.999,
            "keep": "last",
        },
        # For frames of 32 pixels and digits of 14, on a CPU.
        "small": {
            "objects": 2,
            "background_dim": 32,
            "crop_size": 16,
            "object_scale": 0.44,
            "width": 16,
            "batch_size": 16,
            "learning_rate": 1e-3,
            "area_weight": 0.3,
            "background_steps": 1_000,
            "object_steps": 4_000,
            "dynamics_steps": 2_000,
            "context": 5,
            "train_horizon": 10,
        },
    }
    SMALL = {
        "width": 2,
        "objects": 2,
        "background_dim": 6,
        "content_dim": 5,
        "pose_dim": 3,
        "crop_size": 8,
        "discriminator_dim": 4,
        "gan_weight": 0.5,
        "mask_weight": 1.0,
        "lstm_dim": 4,
        "batch_size": 4,
        "background_steps": 2,
        "object_steps": 4,
        "dynamics_steps": 4,
        "dynamics_batch_size": 4,
        "context": 2,
        "train_horizon": 3,
        "schedule": "constant",
        "keep": "last",
    }
