"""Benchmarks of speed and accuracy; `make bench` runs those of speed."""

import mipae_tf  # noqa: F401  before TensorFlow, which it sets up
