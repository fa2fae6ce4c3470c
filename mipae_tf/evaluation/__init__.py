"""Runs metrics on a run; writes metrics.json, figures and report.html."""

from mipae_tf.evaluation.evaluator import evaluate_run
from mipae_tf.evaluation.options import EvaluationOptions

__all__ = ["EvaluationOptions", "evaluate_run"]
