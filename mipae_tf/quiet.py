"""Importing this first makes a door quiet; see `console.hush`."""

from mipae_tf.console import hush

hush()
