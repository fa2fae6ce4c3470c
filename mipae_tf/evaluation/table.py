"""The former place of `metrics_table` and `summary_table`."""

from mipae_tf.evaluation.tables import metrics_table
from mipae_tf.evaluation.tables import summary_table

__all__ = ["metrics_table", "summary_table"]
