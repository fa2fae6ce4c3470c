"""Runs side by side: means over seeds, differences, failures."""

from mipae_tf.comparison.compare import compare_runs

__all__ = ["compare_runs"]
