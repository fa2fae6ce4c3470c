"""The pictures of objects, with bars that are found where they are."""

import dataclasses
import io

import numpy as np
import tensorflow as tf
from evaluation.world import Double
from evaluation.world import clips
from evaluation.world import subject
from PIL import Image

from mipae_tf.evaluation.groups import layers
from mipae_tf.models import Latent


class Found(Double):
    """Offers masks alone."""

    latents = ()

    def segment(self, frames):
        return tf.cast(frames > 0, tf.float32)


class Edited(Found):
    """Two objects, of which the second is present twice as long."""

    latents = (
        Latent("back", "content", False, (1,)),
        Latent("what", "content", False, (1,), objects=2),
        Latent("there", "presence", True, (1,), objects=2, discrete=True),
    )

    def draw_layers(self, frames):
        bright = tf.cast(frames, tf.float32) / 255.0
        return tf.stack([tf.zeros_like(bright), bright], axis=2)


def measured(model, **given):
    seen = dataclasses.replace(subject(), model=model, clips=clips(4))
    for name, method in given.items():
        object.__setattr__(seen, name, method)
    return layers.GROUP.measure(seen)


def test_masks_alone_give_boxes():
    found = measured(Found())
    assert found.metrics == {}
    assert set(found.figures) == {"detections.png"}
    picture = np.array(Image.open(io.BytesIO(found.figures["detections.png"])))
    (colour, *_) = layers.draw_boxes(
        np.zeros((1, 2, 2, 1), np.uint8), np.ones((1, 2, 2, 1), bool), 1
    ).reshape(-1, 3)
    assert (picture == colour).all(axis=-1).sum() > 100


def test_layers_of_a_model_that_draws_them():
    found = measured(Edited())
    assert set(found.figures) == {"detections.png", "layers.png"}


def test_edits_take_background_and_contents_of_the_next_clip():
    """Objects are paired by how long they are present."""
    there = np.zeros((3, 8, 2, 1), np.float32)
    there[:, :, 1] = 1.0
    there[1] = there[1, :, ::-1]  # in the second clip, it is the first
    codes = {
        "back": np.arange(3, dtype=np.float32)[:, None],
        "what": np.arange(6, dtype=np.float32).reshape(3, 2, 1),
        "there": there,
    }
    asked = []

    def decode(latents, reference):
        asked.append(latents)
        return np.zeros((3, 8, 16, 16, 1), np.uint8)

    model = Edited()
    model.offers = lambda name: True
    found = measured(model, encode=lambda video: codes, decode=decode)
    assert {"edit.png", "edit.gif"} <= set(found.figures)
    plain, background, contents = asked
    assert all(plain[name] is codes[name] for name in codes)
    np.testing.assert_array_equal(background["back"].ravel(), [1, 2, 0])
    np.testing.assert_array_equal(background["what"], codes["what"])
    np.testing.assert_array_equal(contents["back"], codes["back"])
    # Clip 0: 1 gets 2 (present in clip 1), 0 gets 3.
    expected = [[3, 2], [5, 4], [0, 1]]
    np.testing.assert_array_equal(contents["what"][..., 0], expected)
