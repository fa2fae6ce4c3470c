"""Tables of one run, for the screen and for its report."""

from mipae_tf.evaluation.tables.metric_list import metrics_table
from mipae_tf.evaluation.tables.summary_table import summary_table
from mipae_tf.evaluation.tables.verdict import remarks
from mipae_tf.evaluation.tables.verdict import verdict_of_metrics

__all__ = ["metrics_table", "remarks", "summary_table", "verdict_of_metrics"]
