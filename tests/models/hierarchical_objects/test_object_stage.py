"""One pass over a pair, and where the gradient of each loss goes."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from models.harness import moving_clips
from models.harness import random_model

from mipae_tf.models.hierarchical_objects.pairs import DistantPairs
from mipae_tf.models.hierarchical_objects.pairs import other_of_pair

FRAME = (16, 16, 3)
KEY = tf.constant([0, 1])
LAST = tf.constant(1.0)


@pytest.fixture(scope="module")
def model():
    """All objects are present, whatever the random weights are."""
    given = {"object_price": 0.0, "scale_range": 0.0, "object_scale": 0.9}
    return random_model("hierarchical_objects", FRAME, **given)


@pytest.fixture(scope="module")
def trained(model):
    return model.stages()[1]


@pytest.fixture
def stage(trained, monkeypatch):
    """With a config that a test may replace; it is faster than a new model."""
    monkeypatch.setattr(trained, "config", trained.config)
    return trained


def configure(stage, **given):
    stage.config = dataclasses.replace(stage.config, **given)


@pytest.fixture(scope="module")
def pairs():
    clips = moving_clips(4, 4, (16, 16, 3))[:, ::3] / np.float32(255)
    noise = np.random.default_rng(0).random(clips.shape).astype(np.float32)
    return tf.constant(0.7 * clips + 0.3 * noise)


PARTS = {
    "E_back": lambda s: [s.background.encoder, s.background.head],
    "D_back": lambda s: [s.background.decoder],
    "detector": lambda s: [s.detector],
    "E_p": lambda s: [s.objects.pose_encoder, s.objects.pose_head],
    "E_c": lambda s: [s.objects.content_encoder, s.objects.content_head],
    "D_obj": lambda s: [s.objects.decoder],
    "Dis": lambda s: [s.pose_discriminator],
    "D": lambda s: [s.frame_discriminator],
}
OBJECTS = {"detector", "E_p", "E_c", "D_obj"}
EVERYTHING = {"E_back", "D_back", *OBJECTS}
# Crops are taken where the detector says, so that it is reached by every loss
# of a code of an object.
REACHED = {
    "reconstruction": EVERYTHING,
    "similarity": {"E_back"},
    "kl_background": {"E_back"},
    "kl_objects": {"detector", "E_p", "E_c"},
    "triplet": {"detector", "E_c"},
    "mask": OBJECTS,
    "area": OBJECTS,
    "pose": {"detector", "E_p", "Dis"},
    "realism": {*EVERYTHING, "D"},
    "pose_discriminator": {"Dis"},
    "frame_discriminator": {"D"},
    "penalty": {"D"},
}
# Optimized together; `pose` and `realism` do not change discriminators.
OPTIMIZED = ("E_back", "D_back", "detector", "E_p", "E_c", "D_obj")


def test_each_loss_reaches_the_networks_that_it_should(stage, pairs):
    with tf.GradientTape(persistent=True) as tape:
        made = stage.run(pairs, LAST, KEY, training=True)
        found = stage.terms(pairs, made, LAST)
        found["pose"] = stage.pose_term(made)
        found["realism"] = stage.realism_term(made)
        found["pose_discriminator"] = stage.pose_discriminator_loss(made)
        found |= stage.frame_discriminator_losses(pairs, made)
    assert np.min(made.present) == 1.0
    variables = {
        part: [v for net in of(stage) for v in net.trainable_variables]
        for part, of in PARTS.items()
    }
    for name, parts in REACHED.items():
        gradients = tape.gradient(found[name], variables)
        reached = {
            part
            for part, each in gradients.items()
            if any(g is not None and np.abs(g).max() > 0 for g in each)
        }
        assert reached == parts, name
    optimized = {id(v) for part in OPTIMIZED for v in variables[part]}
    assert {id(v) for v in stage._trained[0][1]} == optimized
    for (_, trained), part in zip(stage._trained[1:], ("Dis", "D")):
        assert {id(v) for v in trained} == {id(v) for v in variables[part]}


def test_the_loss_is_the_weighted_sum(stage, pairs):
    configure(stage, background_weight=3.0, triplet_weight=5.0)

    def loss_at(progress):
        progress = tf.constant(progress)
        made = stage.run(pairs, progress, None, training=False)
        found = stage.terms(pairs, made, progress)
        return {name: float(value) for name, value in found.items()}

    for progress, mask, area in ((0.2, 1.0, 0.0), (0.55, 0.0, 0.5), (1, 0, 1)):
        found = loss_at(float(progress))
        expected = (
            found["reconstruction"]
            + 3.0 * found["similarity"]
            + found["kl_background"]
            + found["kl_objects"]
            + 5.0 * found["triplet"]
            + mask * found["mask"]
            + area * found["area"]
        )
        assert found["loss"] == pytest.approx(expected, rel=1e-4)


def test_the_background_is_decoded_from_the_other_frame(model, stage, pairs):
    network = model.network
    codes = network.background.encode(tf.reshape(pairs, [-1, *FRAME])).mean
    own = network.background.decode(codes)
    swapped = network.background.decode(other_of_pair(codes))
    made = stage.run(pairs, LAST, None, training=False)
    np.testing.assert_allclose(made.background.drawn, swapped, atol=1e-6)
    configure(stage, swap=False)
    made = stage.run(pairs, LAST, None, training=False)
    np.testing.assert_allclose(made.background.drawn, own, atol=1e-6)


def test_alpha_zero_is_no_swap(model, stage, pairs):
    none = stage.run(pairs, tf.constant(0.0), None, training=False)
    found = none.found
    own = model.network.draw(
        found.where, found.pose.mean, found.content.mean, found.gate
    )
    np.testing.assert_allclose(none.layers.colors, own.colors, atol=1e-6)
    some = stage.run(pairs, LAST, None, training=False)
    assert np.abs(some.layers.colors - own.colors).max() > 1e-4
    configure(stage, swap=False)
    same = stage.run(pairs, LAST, None, training=False)
    other = stage.run(pairs, tf.constant(0.0), None, training=False)
    np.testing.assert_array_equal(same.drawn, other.drawn)


def test_a_swap_between_equal_frames_changes_nothing(stage, pairs):
    twice = tf.repeat(pairs[:, :1], 2, axis=1)
    one, other = (
        stage.run(twice, tf.constant(share), None, training=False)
        for share in (0.0, 1.0)
    )
    np.testing.assert_allclose(one.drawn, other.drawn, atol=1e-6)


def test_r1_of_the_discriminator(stage, pairs):
    """Against differences of its logits."""
    real = tf.reshape(pairs, [-1, *FRAME])
    made = stage.run(pairs, LAST, None, training=False)
    found = stage.frame_discriminator_losses(pairs, made)["penalty"]
    with tf.GradientTape() as tape:
        tape.watch(real)
        total = tf.reduce_sum(stage.frame_discriminator(real))
    gradient = tape.gradient(total, real)
    norms = tf.reduce_sum(gradient**2, axis=(1, 2, 3))
    expected = 10.0 / 2.0 * float(tf.reduce_mean(norms))
    assert float(found) == pytest.approx(expected, rel=1e-4)
    ahead, behind = (
        stage.frame_discriminator(real + step * gradient)
        for step in (1e-3, -1e-3)
    )
    np.testing.assert_allclose((ahead - behind) / 2e-3, norms, rtol=0.05)


@pytest.mark.slow
def test_adversaries_are_optional():
    given = {"adversarial": False, "gan_weight": 0.0}
    stage = random_model("hierarchical_objects", FRAME, **given).stages()[1]
    assert len(stage.optimizers) == 1
    for name in ("pose", "pose_discriminator", "realism", "penalty"):
        assert name not in stage.LOSSES


def test_what_is_logged(stage, pairs):
    made = stage.run(pairs, LAST, None, training=False)
    present = np.zeros([8, 2], np.float32)
    present[:3, 0] = 1.0
    before = np.zeros([8, *FRAME], np.float32)
    frames = before.copy()
    frames[0, :4, :4] = 1.0  # 16 of 8 · 256 pixels
    drawn = 0.5 * frames
    made = made._replace(
        present=tf.constant(present),
        background=made.background._replace(drawn=tf.constant(before)),
        drawn=tf.constant(drawn),
    )
    found = stage._counts(tf.constant(frames), made)
    assert float(found["explained"]) == pytest.approx(0.75)
    assert float(found["present"]) == pytest.approx(3 / 8)
    assert float(found["absent"]) == pytest.approx(13 / 16)
    assert float(found["foreground"]) == pytest.approx(16 / 2048)


def test_pairs_are_far_apart():
    draw = np.random.default_rng(0)
    times = DistantPairs(500, distance=4).times(6, draw)
    assert times.shape == (500, 2)
    # At most half of the clip.
    apart = np.abs(times[:, 0] - times[:, 1])
    assert set(apart) == {3, 4, 5}
    assert set(times.ravel()) == set(range(6))
    assert (times[:, 0] > times[:, 1]).mean() == pytest.approx(0.5, abs=0.1)
    with pytest.raises(ValueError, match="fewer than the 2"):
        DistantPairs(4).times(1, draw)
