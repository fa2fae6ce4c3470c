"""Each loss against numbers worked out by hand."""

import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.models.hierarchical_objects import losses
from mipae_tf.models.hierarchical_objects.dynamics import huber
from mipae_tf.networks.gaussian_head import Gaussian


def test_reconstruction():
    frames = tf.zeros([2, 4, 4, 3])
    drawn = tf.concat([tf.fill([1, 4, 4, 3], 0.5), frames[:1]], axis=0)
    # One of two frames has 48 errors of 0.5.
    found = losses.reconstruction(frames, drawn, variance=0.01)
    assert float(found) == pytest.approx(0.5 * 48 * 0.25 / 0.02)


def test_the_background_loss_of_eq_4():
    own = tf.constant([[1.0, 2.0], [0.0, 0.0]])
    other = tf.constant([[0.0, 0.0], [3.0, 0.0]])
    found = losses.background_loss(own, other)
    assert float(found) == pytest.approx((1 + 4 + 9) / 2)


def test_the_triplet_loss_of_eq_5():
    distances = tf.constant(
        [[[0.5, 1.0, 9.0], [4.0, 0.0, 2.0], [7.0, 7.0, 7.0]]]
    )
    every = tf.ones([1, 3])
    # 0.5 - 1 + 1, [0 - 2 + 1]_+ and 7 - 7 + 1
    found = losses.triplet_loss(distances, every, every, margin=1.0)
    assert float(found) == pytest.approx(0.5 + 0.0 + 1.0)
    # Without object 1 of the other frame: [0.5 - 9 + 1]_+, [2 - 4 + 1]_+, 1;
    # and without object 2 of this one.
    some = tf.constant([[1.0, 0.0, 1.0]])
    found = losses.triplet_loss(distances, every, some, margin=1.0)
    assert float(found) == pytest.approx(1.0)
    here = tf.constant([[1.0, 1.0, 0.0]])
    assert float(losses.triplet_loss(distances, here, some, 1.0)) == 0.0
    # There is no second nearest of one object.
    one = tf.constant([[1.0, 0.0, 0.0]])
    assert float(losses.triplet_loss(distances, every, one, 1.0)) == 0.0
    single = distances[:, :1, :1]
    assert float(losses.triplet_loss(single, every, one, 1.0)) == 0.0


def test_the_adversarial_losses_of_eq_6_and_7():
    other, same = np.array([[2.0, -1.0]]), np.array([[0.5, 3.0]])
    weight = np.array([[1.0, 0.0]])

    def dis(logit):
        return 1.0 / (1.0 + np.exp(-logit))

    both = np.ones([1, 2])
    found = losses.discriminator_loss(other, same, both, weight)
    expected = -np.log(dis(2.0)) - np.log(dis(-1.0)) - np.log(1 - dis(0.5))
    assert float(found) == pytest.approx(expected)
    found = losses.pose_loss(same, weight, "published")
    assert float(found) == pytest.approx(np.log(1.0 - dis(0.5)))
    found = losses.pose_loss(same, both, "bounded")
    assert float(found) == pytest.approx(-np.log(dis(0.5)) - np.log(dis(3.0)))


def test_both_forms_of_eq_7_ask_for_the_same():
    logits = tf.constant([[0.3, -2.0]])
    for objective in ("published", "bounded"):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            loss = losses.pose_loss(logits, tf.ones([1, 2]), objective)
        # A larger logit means that the poses are of different clips.
        assert np.max(tape.gradient(loss, logits)) < 0.0


def test_the_mask_loss_of_eq_8():
    masks = np.zeros([1, 2, 4, 4, 1], np.float32)
    masks[0, 0, :2] = 1.0  # half of the object
    masks[0, 1] = 0.75
    found = losses.mask_loss(masks)
    assert float(found) == pytest.approx((0.0 + 0.25**2) / 2)
    assert float(losses.area(masks)) == pytest.approx(8 + 12)


def test_r1():
    """The gradient of ‖x‖² / 2 is x."""
    frames = tf.fill([3, 2, 2, 1], 2.0)
    with tf.GradientTape() as tape:
        tape.watch(frames)
        total = 0.5 * tf.reduce_sum(tf.square(frames))
    found = losses.gradient_penalty(tape.gradient(total, frames))
    assert float(found) == pytest.approx(0.5 * 4 * 2.0**2)


def test_kl_of_present_objects():
    mean = tf.constant([[[1.0, 0.0], [3.0, 4.0]]])
    found = losses.kl_to_prior(
        Gaussian(mean, tf.zeros_like(mean)), tf.constant([[1.0, 0.0]])
    )
    assert float(found) == pytest.approx(0.5)


def test_huber():
    errors = tf.constant([0.0, 0.5, -1.0, 3.0])
    np.testing.assert_allclose(huber(errors), [0.0, 0.125, 0.5, 2.5])
