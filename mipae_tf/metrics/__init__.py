"""Metrics on arrays: information, probes and frame quality, without a model."""
