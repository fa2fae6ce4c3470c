"""Training of the stages of a model under a distribution strategy."""

from mipae_tf.training.job import train_model
from mipae_tf.training.options import TrainingOptions
from mipae_tf.training.strategies import make_strategy
from mipae_tf.training.trainer import Trainer

__all__ = ["Trainer", "TrainingOptions", "make_strategy", "train_model"]
