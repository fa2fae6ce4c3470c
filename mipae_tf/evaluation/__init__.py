"""Runs metrics on a run, writes its figures and metrics.json."""

from mipae_tf.evaluation.evaluator import evaluate

__all__ = ["evaluate"]
