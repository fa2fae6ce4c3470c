import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs

from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import GaussianHead
from mipae_tf.networks.gaussian_head import noise_along
from mipae_tf.networks.gaussian_head import soft_clamp
from mipae_tf.networks.gaussian_head import standard_gaussian


def test_a_head_and_its_copy():
    (features,) = random_inputs((3, 4, 7))
    head = GaussianHead(5)
    head.build(features.shape)
    head.log_scale.kernel.assign(tf.ones([7, 5]))
    found = head(features)
    assert found.mean.shape == found.log_scale.shape == (3, 4, 5)
    copy = GaussianHead.from_config(head.get_config())
    copy.build(features.shape)
    copy.set_weights(head.get_weights())
    for one, other in zip(copy(features), found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_initial_scale_is_one_for_any_input():
    (features,) = random_inputs((3, 7))
    np.testing.assert_array_equal(GaussianHead(5)(features).scale, 1.0)


def test_heads_stay_float32_in_mixed_precision():
    head = GaussianHead(5, dtype="mixed_bfloat16")
    found = head(tf.ones([2, 7], tf.bfloat16))
    assert found.mean.dtype == found.log_scale.dtype == tf.float32


def test_the_clamp_is_the_identity_around_zero_and_has_a_limit():
    near = np.array([-0.1, 0.0, 0.1], np.float32)
    np.testing.assert_allclose(soft_clamp(near), near, atol=1e-5)
    far = soft_clamp(tf.constant([-1e4, 1e4]))
    np.testing.assert_allclose(far, [-7.0, 7.0], atol=1e-5)


def test_draws():
    random = np.random.default_rng(0)
    noise = tf.constant(random.normal(size=(20_000, 2)).astype("float32"))
    mean, log_scale = tf.constant([1.0, -2.0]), tf.math.log([0.5, 3.0])
    gaussian = Gaussian(mean, log_scale)
    np.testing.assert_array_equal(gaussian.draw(None), mean)
    drawn = gaussian.draw(noise).numpy()
    np.testing.assert_allclose(drawn.mean(0), mean, atol=0.07)
    np.testing.assert_allclose(drawn.std(0), [0.5, 3.0], rtol=0.03)


def test_a_draw_can_be_differentiated():
    mean, log_scale = tf.constant([1.0]), tf.math.log([2.0])
    with tf.GradientTape() as tape:
        tape.watch([mean, log_scale])
        drawn = Gaussian(mean, log_scale).draw(tf.constant([3.0]))
    by_mean, by_log_scale = tape.gradient(drawn, [mean, log_scale])
    assert float(by_mean[0]) == 1.0
    assert float(by_log_scale[0]) == pytest.approx(6.0)


def test_the_standard_gaussian():
    gaussian = standard_gaussian(tf.constant([2, 3]))
    np.testing.assert_array_equal(gaussian.mean, np.zeros((2, 3)))
    np.testing.assert_array_equal(gaussian.scale, np.ones((2, 3)))


def test_noise_depends_only_on_its_key():
    sequence = tf.zeros((500, 4, 7, 2))
    key = tf.constant([3, 1])
    noise = noise_along(sequence, 5, key).numpy()
    assert noise.shape == (500, 4, 5)
    np.testing.assert_array_equal(noise, noise_along(sequence, 5, key))
    assert not np.array_equal(noise, noise_along(sequence, 5, key + 1))
    np.testing.assert_allclose(noise.mean((0, 1)), 0.0, atol=0.1)
    np.testing.assert_allclose(noise.std((0, 1)), 1.0, atol=0.1)
