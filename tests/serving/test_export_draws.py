"""Seeds of the random draws of an exported model."""

import importlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.models import Latent
from mipae_tf.models.context import context_specs

MODULE = importlib.import_module("mipae_tf.serving.export")
FRAME = (4, 4, 1)


class Stopped(Exception):
    """Ends the export as soon as the endpoints are known."""


class Archive:
    """Replaces `keras.export.ExportArchive`; endpoints can be called."""

    def __init__(self):
        self.endpoints = {}

    def track(self, model):
        """It has no variables."""

    def add_endpoint(self, name, function, signature):
        self.endpoints[name] = function, signature

    def write_out(self, *args, **kwargs):
        raise Stopped

    def __call__(self, name, **inputs):
        function, specs = self.endpoints[name]
        return tf.function(function, input_signature=specs)(inputs)


class Drawer:
    """A model that returns its arguments and seeds instead of frames."""

    frame_shape = FRAME
    stochastic = True
    latents = (Latent("state", "state", True, (2,)),)

    def offers(self, capability):
        return capability == "forecast"

    def context_specs(self):
        return context_specs(("frames",), FRAME)

    def roll_out(self, context, horizon, key):
        return tf.concat([[horizon], key], axis=0)

    def futures(self, context, horizon, samples, key):
        return tf.concat([[samples, horizon], key], axis=0)


@pytest.fixture
def exported(monkeypatch, tmp_path):
    archive = Archive()
    monkeypatch.setattr(MODULE, "load", lambda path: Drawer())
    monkeypatch.setattr(keras.export, "ExportArchive", lambda: archive)
    with pytest.raises(Stopped):
        MODULE.export_run(tmp_path / "run", tmp_path / "served")
    return archive


def asked(**numbers):
    video = tf.zeros([1, 2, *FRAME], tf.uint8)
    return {"video": video, **{k: tf.constant(v) for k, v in numbers.items()}}


def test_the_seed_of_exported_draws(exported):
    """It is the same as in `VideoModel.forecast`."""
    for seed in (0, 7):
        found = exported("forecast", **asked(horizon=3, seed=seed))
        np.testing.assert_array_equal(found["frames"], [3, seed, 0])
        found = exported("sample", **asked(horizon=3, seed=seed, samples=5))
        np.testing.assert_array_equal(found["frames"], [5, 3, seed, 0])
