"""Hyper-parameters of MIPAE, DRNET and AE-LSTM."""

import dataclasses
from typing import ClassVar

from mipae_tf.limits import INT32_MAX
from mipae_tf.models.config import TORCH_RULES
from mipae_tf.models.config import ModelConfig
from mipae_tf.networks.backbones import BACKBONES
from mipae_tf.objectives.adversarial import SCENE_DISCRIMINATOR
from mipae_tf.objectives.mi_bounds import BOUNDS
from mipae_tf.objectives.mi_bounds import Bound
from mipae_tf.options import option
from mipae_tf.options import other_default

# What the authors' codes of DRNET (PyTorch) and MIPAE have in common.
PUBLISHED_RECIPE = {
    **TORCH_RULES,
    "backbone": "dcgan",
    "normalization": "batch",
    "code": "tanh",
    "reconstruction": "mse",
    "learning_rate": 2e-3,
    "beta_1": 0.5,
    "beta_2": 0.999,
    "schedule": "constant",
    "batch_size": 100,
    "representation_steps": 240_000,
    "keep": "last",
    "context": 5,
    "train_horizon": 10,
    "lstm_layers": 2,
    "lstm_dim": 256,
    "lstm_content": True,
    "lstm_target": "code",
    "dynamics_input": "frames",
    "dynamics_learning_rate": 2e-4,
    "dynamics_batch_size": 100,
    "dynamics_steps": 120_000,
}
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
# A tiny network, for tests and for trying a command.
SMALL_RECIPE = {
    "backbone": "dcgan",
    "width": 2,
    "batch_size": 4,
    "representation_steps": 4,
    "context": 2,
    "train_horizon": 3,
    "schedule": "constant",
    "learning_rate": 1e-3,
    "beta_2": 0.999,
    "reconstruction": "mse",
    "keep": "last",
    "lstm_dim": 8,
    "dynamics_batch_size": 4,
    "dynamics_steps": 4,
}
SMALL_PAIRS = {
    **SMALL_RECIPE,
    "content_dim": 6,
    "pose_dim": 3,
    "critic_dim": 8,
    "contents": 1,
    "similarity_weight": 0.1,
}


@dataclasses.dataclass(frozen=True)
class CodeLSTMConfig(ModelConfig):
    """Networks, optimisation and dynamics that all three models share."""

    # Names of the latent that the LSTM predicts, and of the one that stays.
    MOVING: ClassVar[str]
    FIXED: ClassVar[str | None]

    backbone: str = option(
        "coordinate", "Encoders and decoder.", choices=tuple(BACKBONES)
    )
    normalization: str = other_default(ModelConfig, "normalization", "group")
    code: str = option(
        "linear",
        "Activation of the codes.",
        choices=("linear", "tanh", "unit"),
    )
    reconstruction: str = option(
        "bce",
        "Error of a decoded frame, mean over pixels: cross-entropy (nats, "
        "pixels as probabilities) or mse.",
        choices=("bce", "mse"),
    )
    learning_rate: float = other_default(ModelConfig, "learning_rate", 4e-3)
    beta_2: float = other_default(ModelConfig, "beta_2", 0.99)
    # On cached latents the LSTM learns within the context too, from the
    # second frame on.
    context: int = other_default(ModelConfig, "context", 5, low=2)
    # Pairs across clips need two.
    batch_size: int = other_default(ModelConfig, "batch_size", 32, low=2)
    representation_steps: int = option(
        20_000,
        "Steps of the first stage.",
        low=0,
        high=INT32_MAX,
        identity=False,
    )
    lstm_dim: int = option(128, "Units of each LSTM layer.", low=1)
    lstm_layers: int = option(2, "LSTM layers.", low=1)
    lstm_content: bool = option(
        False,
        "Whether the LSTM sees the content too; it then memorises training "
        "clips where they are few.",
    )
    lstm_target: str = option(
        "difference",
        "What the LSTM predicts: the next code, or its difference from the "
        "last.",
        choices=("difference", "code"),
    )
    dynamics_input: str = option(
        "latents",
        "latents: encoded once and cached. frames: encoded at every step, "
        "encoders in training mode, always true codes.",
        choices=("latents", "frames"),
    )
    dynamics_learning_rate: float = option(
        3e-3, "Adam's rate in the dynamics stage.", above=0
    )
    dynamics_batch_size: int = option(
        64, "Clips in a step of the dynamics stage.", low=1
    )
    dynamics_steps: int = option(
        5_000,
        "Steps of the dynamics stage.",
        low=0,
        high=INT32_MAX,
        identity=False,
    )

    @property
    def moving_dim(self) -> int:
        """Size of the code that the LSTM predicts."""
        return getattr(self, f"{self.MOVING}_dim")

    @property
    def fixed_dim(self) -> int:
        """Size of the code that stays; 0 where there is none."""
        return getattr(self, f"{self.FIXED}_dim") if self.FIXED else 0


@dataclasses.dataclass(frozen=True)
class PoseContentConfig(CodeLSTMConfig):
    """Codes, pairs and weights of the models with content and pose."""

    MOVING = "pose"
    FIXED = "content"

    content_dim: int = option(128, "Size of the content code.", low=1)
    pose_dim: int = option(5, "Size of the pose code.", low=1)
    similarity_weight: float = option(
        2e-3, "Weight of the distance of two contents of a clip.", low=0
    )
    contents: int = option(
        2,
        "1: all poses are decoded with one content, and the similarity pulls "
        "it towards that of another frame. 2: poses are decoded with the two "
        "contents in turn, and the similarity pulls at both.",
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

    @property
    def adversary(self) -> Bound:
        """Losses of the critic and of the pose encoder."""
        raise NotImplementedError

    @property
    def penalty_weight(self) -> float:
        """Weight of the pose encoder's adversarial loss, per nat."""
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class MIPAEConfig(PoseContentConfig):
    """Hyper-parameters of MIPAE."""

    bound: str = option(
        "js",
        "Losses of the critic and of the pose encoder; js is a JS "
        "critic and an NWJ penalty, as published.",
        choices=tuple(BOUNDS),
    )
    mi_weight: float = option(
        1e-3, "Weight of the mutual information of two poses, per nat.", low=0
    )

    PROTOCOLS = {
        "default": {},
        "published": {**PUBLISHED_PAIRS, "bound": "js", "mi_weight": 1e-4},
    }
    SMALL = SMALL_PAIRS

    @property
    def adversary(self) -> Bound:
        """Eq. 2, 5 and 6: the row of `BOUNDS` that `bound` names."""
        return BOUNDS[self.bound]

    @property
    def penalty_weight(self) -> float:
        """The poster's beta."""
        return self.mi_weight


@dataclasses.dataclass(frozen=True)
class DRNETConfig(PoseContentConfig):
    """Hyper-parameters of DRNET."""

    adversarial_weight: float = option(
        1e-3, "Weight of the pose encoder's entropy term, per nat.", low=0
    )

    # The DRNET of MIPAE's tables: the same code with the entropy term. The
    # DRNET paper has 100 hidden units, unit-length codes and weight 0.1.
    PROTOCOLS = {
        "default": {},
        "published": {**PUBLISHED_PAIRS, "adversarial_weight": 1e-4},
    }
    SMALL = SMALL_PAIRS

    @property
    def adversary(self) -> Bound:
        """L_adv(C) and L_adv(E_p)."""
        return SCENE_DISCRIMINATOR

    @property
    def penalty_weight(self) -> float:
        """The paper's beta."""
        return self.adversarial_weight


@dataclasses.dataclass(frozen=True)
class AELSTMConfig(CodeLSTMConfig):
    """Hyper-parameters of AE-LSTM."""

    MOVING = "state"
    FIXED = None

    state_dim: int = option(128, "Size of the code of a frame.", low=1)
    # The coordinate backbone's encoders see either where or what, and the one
    # code of this model must hold both; there is no content frame for skips.
    backbone: str = other_default(
        CodeLSTMConfig, "backbone", "dcgan", choices=("coordinate", "dcgan")
    )
    learning_rate: float = other_default(CodeLSTMConfig, "learning_rate", 1e-3)

    PROTOCOLS = {"default": {}, "published": PUBLISHED_RECIPE}
    SMALL = {**SMALL_RECIPE, "state_dim": 7}
