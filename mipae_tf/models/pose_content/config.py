"""Hyper-parameters of MIPAE, DRNET and AE-LSTM."""

import dataclasses
from typing import ClassVar

from mipae_tf.limits import INT32_MAX
from mipae_tf.models.config import ModelConfig
from mipae_tf.models.pose_content.recipes import PUBLISHED_PAIRS
from mipae_tf.models.pose_content.recipes import PUBLISHED_RECIPE
from mipae_tf.models.pose_content.recipes import SMALL_PAIRS
from mipae_tf.models.pose_content.recipes import SMALL_RECIPE
from mipae_tf.models.pose_content.recipes import VIDEO_PAIRS
from mipae_tf.models.pose_content.recipes import VIDEO_PENALTY_WEIGHT
from mipae_tf.models.pose_content.recipes import VIDEO_RECIPE
from mipae_tf.networks.backbones import BACKBONES
from mipae_tf.networks.backbones import OUTPUT_HELP
from mipae_tf.networks.backbones import OUTPUTS
from mipae_tf.networks.backbones import POINT_MOTION
from mipae_tf.objectives.adversarial import SCENE_DISCRIMINATOR
from mipae_tf.objectives.mi_bounds import BOUNDS
from mipae_tf.objectives.mi_bounds import Bound
from mipae_tf.options import option
from mipae_tf.options import override_default


@dataclasses.dataclass(frozen=True)
class CodeLSTMConfig(ModelConfig):
    """Hyper-parameters shared by MIPAE, DRNET and AE-LSTM."""

    # Names of the latent that the LSTM predicts, and of the constant one.
    MOVING_LATENT: ClassVar[str]
    FIXED_LATENT: ClassVar[str | None]

    backbone: str = option(
        "coordinate", "Encoders and decoder.", choices=tuple(BACKBONES)
    )
    normalization: str = override_default(ModelConfig, "normalization", "group")
    code: str = option(
        "linear",
        "Activation of the codes.",
        choices=("linear", "tanh", "unit"),
    )
    reconstruction: str = option(
        "bce",
        "Reconstruction error, mean over pixels: bce (binary cross-entropy, "
        "in nats) or mse.",
        choices=("bce", "mse"),
    )
    learning_rate: float = override_default(ModelConfig, "learning_rate", 4e-3)
    beta_2: float = override_default(ModelConfig, "beta_2", 0.99)
    # With cached latents, the LSTM also learns to predict the context from its
    # second frame on.
    context: int = override_default(ModelConfig, "context", 5, low=2)
    # Marginal pairs need two clips.
    batch_size: int = override_default(ModelConfig, "batch_size", 32, low=2)
    representation_steps: int = option(
        20_000,
        "Training steps of the first stage.",
        low=0,
        high=INT32_MAX,
        identity=False,
    )
    lstm_dim: int = option(128, "Units of each LSTM layer.", low=1)
    lstm_layers: int = option(2, "LSTM layers.", low=1)
    lstm_content: bool = option(
        False,
        "Whether the content is an input of the LSTM; with few training "
        "clips, it then overfits.",
    )
    lstm_origin: str = option(
        "zero",
        "What codes are measured from in the LSTM: zero, or the code of the "
        "last context frame (last). With last, motion is predicted in the same "
        "way wherever it starts.",
        choices=("zero", "last"),
    )
    lstm_target: str = option(
        "difference",
        "Output of the LSTM: code (the next code) or difference (from the "
        "last code).",
        choices=("difference", "code"),
    )
    dynamics_input: str = option(
        "latents",
        "latents: clips are encoded once and cached. frames: clips are encoded "
        "at each step by encoders in training mode, with teacher forcing "
        "throughout.",
        choices=("latents", "frames"),
    )
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

    dynamics_copies: int = option(
        1,
        "Copies of each training clip whose latents are cached: the clip "
        "itself, and augmented ones.",
        low=1,
    )
    forecast_steps: int = option(
        0,
        "Training steps of a third stage, which trains LSTM and decoder "
        "together on the pixels of forecasts; 0 for none.",
        low=0,
        high=INT32_MAX,
        identity=False,
    )
    forecast_learning_rate: float = option(
        1e-3, "Learning rate of Adam in the third stage.", above=0
    )
    forecast_batch_size: int = option(
        16, "Clips per step in the third stage.", low=1
    )
    forecast_loss: str = option(
        "error",
        "Loss of the third stage: error, the mean reconstruction error; or "
        "log_error, the mean of its logarithm over frames, as in PSNR, which "
        "gives weight to the first predicted frames, whose errors are small.",
        choices=("error", "log_error"),
    )
    forecast_frames: int = option(
        3,
        "Frames of each forecast that are decoded in a step of the third "
        "stage, at random times.",
        low=1,
    )

    @property
    def moving_dim(self) -> int:
        """Size of the predicted code."""
        return getattr(self, f"{self.MOVING_LATENT}_dim")

    @property
    def fixed_dim(self) -> int:
        """Size of the constant code; 0 if there is none."""
        return (
            getattr(self, f"{self.FIXED_LATENT}_dim")
            if self.FIXED_LATENT
            else 0
        )


@dataclasses.dataclass(frozen=True)
class PoseContentConfig(CodeLSTMConfig):
    """Hyper-parameters shared by MIPAE and DRNET."""

    MOVING_LATENT = "pose"
    FIXED_LATENT = "content"

    output: str = option("drawn", OUTPUT_HELP, choices=(*OUTPUTS, POINT_MOTION))
    draw_weight: float = option(
        0.0,
        "Weight of the share of pixels that are drawn, and not taken from the "
        "content frame, added to the reconstruction error; without effect for "
        "--output=drawn.",
        low=0,
    )
    reference_pose: bool = option(
        False, "Whether the decoder is given the pose of the content frame."
    )
    content_dim: int = option(128, "Size of the content code.", low=1)
    pose_dim: int = option(5, "Size of the pose code.", low=1)
    similarity_weight: float = option(
        2e-3,
        "Weight of the distance between two content codes of a clip.",
        low=0,
    )
    contents: int = option(
        2,
        "Content codes per clip that are trained. 1: all poses are decoded "
        "with the same content, and the similarity loss has a gradient for it "
        "alone. 2: poses are decoded with the two contents in turn, and both "
        "have a gradient.",
        choices=(1, 2),
    )
    poses_per_clip: int = option(2, "Frames decoded per clip and step.", low=1)
    critic_dim: int = option(128, "Hidden units of the critic.", low=1)
    critic_learning_rate: float = option(
        1e-3, "Learning rate of Adam for the critic.", above=0
    )
    sampling: str = option(
        "distinct",
        "Sampling of frames. distinct: distinct random times per clip, shared "
        "by critic and encoders. published: times shared by the batch, content "
        "from frame 0, separate clips for the critic.",
        choices=("distinct", "published"),
    )
    negatives: str = option(
        "derangement",
        "Pairing of clips for marginal pairs: derangement (never with itself) "
        "or permutation.",
        choices=("derangement", "permutation"),
    )
    marginals: str = option(
        "global",
        "Clips that marginal pairs are made of with several replicas: global "
        "(of all replicas) or replica (of the same one).",
        choices=("global", "replica"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        has_points = self.backbone == "points" and self.reference_pose
        if self.output == POINT_MOTION and not has_points:
            raise ValueError(
                f"--output={POINT_MOTION} needs --backbone=points and "
                f"--reference_pose; got --backbone={self.backbone} and "
                f"--reference_pose={self.reference_pose}; or use "
                "--output=moved."
            )

    @property
    def adversary(self) -> Bound:
        """The losses of the critic and of the pose encoder."""
        raise NotImplementedError

    @property
    def penalty_weight(self) -> float:
        """Weight of the adversarial loss of the pose encoder, per nat."""
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class MIPAEConfig(PoseContentConfig):
    """Hyper-parameters of MIPAE."""

    bound: str = option(
        "js",
        "Losses of the critic and of the pose encoder; js is a JS critic with "
        "an NWJ penalty, as published.",
        choices=tuple(BOUNDS),
    )
    mi_weight: float = option(
        1e-3,
        "Weight of the mutual information between two poses, per nat.",
        low=0,
    )

    PROTOCOLS = {
        "default": {},
        "published": {
            **PUBLISHED_PAIRS,
            "bound": "js",
            "mi_weight": 1e-4,
        },
    }
    RECIPES = {
        "drawn": {},
        "video": {
            **VIDEO_PAIRS,
            "mi_weight": VIDEO_PENALTY_WEIGHT,
        },
    }
    SMALL = SMALL_PAIRS

    @property
    def adversary(self) -> Bound:
        """Eq. 2, 5 and 6: the entry of `BOUNDS` for `bound`."""
        return BOUNDS[self.bound]

    @property
    def penalty_weight(self) -> float:
        """Beta in the poster."""
        return self.mi_weight


@dataclasses.dataclass(frozen=True)
class DRNETConfig(PoseContentConfig):
    """Hyper-parameters of DRNET."""

    adversarial_weight: float = option(
        1e-3, "Weight of the entropy term of the pose encoder, per nat.", low=0
    )

    # DRNET in the tables of MIPAE: the code of MIPAE with the entropy term.
    # The DRNET paper has 100 hidden units, codes of unit length and weight 0.1.
    PROTOCOLS = {
        "default": {},
        "published": {**PUBLISHED_PAIRS, "adversarial_weight": 1e-4},
    }
    RECIPES = {
        "drawn": {},
        "video": {
            **VIDEO_PAIRS,
            "adversarial_weight": VIDEO_PENALTY_WEIGHT,
        },
    }
    SMALL = SMALL_PAIRS

    @property
    def adversary(self) -> Bound:
        """The losses L_adv(C) and L_adv(E_p)."""
        return SCENE_DISCRIMINATOR

    @property
    def penalty_weight(self) -> float:
        """Beta in the paper."""
        return self.adversarial_weight


@dataclasses.dataclass(frozen=True)
class AELSTMConfig(CodeLSTMConfig):
    """Hyper-parameters of AE-LSTM."""

    MOVING_LATENT = "state"
    FIXED_LATENT = None

    state_dim: int = option(128, "Size of the code of a frame.", low=1)
    # The encoders of the coordinate backbone encode either positions or
    # appearance, but the code of this model must contain both. There is no
    # content frame for skip connections.
    backbone: str = override_default(
        CodeLSTMConfig, "backbone", "dcgan", choices=("coordinate", "dcgan")
    )
    learning_rate: float = override_default(
        CodeLSTMConfig, "learning_rate", 1e-3
    )

    PROTOCOLS = {"default": {}, "published": PUBLISHED_RECIPE}
    RECIPES = {"drawn": {}, "video": VIDEO_RECIPE}
    SMALL = {**SMALL_RECIPE, "state_dim": 7}
