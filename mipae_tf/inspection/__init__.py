"""Lists of models, datasets and configs; pictures of a dataset."""

from mipae_tf.inspection.catalogue import catalogue
from mipae_tf.inspection.dataset_report import inspect_dataset

__all__ = ["catalogue", "inspect_dataset"]
