"""Values of hyper-parameters that belong together."""

from mipae_tf.models.config import TORCH_RULES
from mipae_tf.models.config import VIDEO_AUGMENTATION
from mipae_tf.networks.backbones import POINT_MOTION

# Common to the authors' codes of DRNET (PyTorch) and MIPAE.
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
# Frame times shared by the batch, separate clips for the critic, one decoded
# pose per clip.
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
# For recorded video; docs/real_video.md says what each value does.
VIDEO_RECIPE = {
    "reconstruction": "mse",
    "learning_rate": 1e-3,
    "width": 16,
    "batch_size": 16,
    "representation_steps": 1_000,
    **VIDEO_AUGMENTATION,
    "lstm_origin": "last",
    "dynamics_copies": 4,
    "dynamics_steps": 700,
    "forecast_steps": 250,
    "forecast_learning_rate": 3e-4,
    "forecast_loss": "log_error",
}
VIDEO_PAIRS = {
    **VIDEO_RECIPE,
    "backbone": "points",
    "output": POINT_MOTION,
    "reference_pose": True,
    "draw_weight": 3e-2,
    "content_dim": 32,
    "pose_dim": 48,
}
# Per nat. The squared error of a frame is about 0.003: 1e-3 would be a third.
VIDEO_PENALTY_WEIGHT = 5e-5
# A tiny network, for tests.
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
