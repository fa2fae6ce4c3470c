"""Importing this first makes a program quiet; see `console.hush`."""

from mipae_tf.cli.screen import hush

hush()
