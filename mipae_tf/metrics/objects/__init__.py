"""Metrics of the masks of objects."""
