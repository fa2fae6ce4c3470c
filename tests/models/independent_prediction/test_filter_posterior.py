import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs

from mipae_tf.models.independent_prediction.filter_posterior import (
    FilterPosterior,
)
from mipae_tf.networks.gaussian_head import Gaussian


def posterior():
    layer = FilterPosterior(dim=4, hidden_dim=6)
    layer.build((None, 5))
    random = np.random.default_rng(0)
    for weight in layer.trainable_variables:
        weight.assign(random.normal(size=weight.shape))
    return layer


def inputs():
    features, mean, log_scale = random_inputs([(3, 5), (3, 4), (3, 4)])
    return features, Gaussian(mean, log_scale)


def test_shapes_and_serialization():
    layer = posterior()
    made = len(layer.variables)
    found = layer(*inputs())
    assert found.mean.shape == found.log_scale.shape == (3, 4)
    assert len(layer.variables) == made == 12
    copy = FilterPosterior.from_config(layer.get_config())
    copy.build((None, 5))
    copy.set_weights(layer.get_weights())
    for one, other in zip(copy(*inputs()), found, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("part", ["features", "mean", "log_scale"])
def test_the_posterior_depends_on_frame_predicted_mean_and_scale(part):
    layer = posterior()
    features, predicted = inputs()
    before = layer(features, predicted)
    if part == "features":
        features += 1.0
    else:
        moved = getattr(predicted, part) + 1.0
        predicted = predicted._replace(**{part: moved})
    after = layer(features, predicted)
    for one, other in zip(before, after, strict=True):
        assert np.abs(one - other).max() > 1e-3


def test_the_prediction_has_no_gradient():
    layer = posterior()
    features, predicted = inputs()
    with tf.GradientTape() as tape:
        tape.watch([features, *predicted])
        mean, log_scale = layer(features, predicted)
        loss = tf.reduce_sum(mean**2) + tf.reduce_sum(log_scale**2)
    by_features, *by_prediction = tape.gradient(loss, [features, *predicted])
    assert np.abs(by_features).max() > 0.0
    assert by_prediction == [None, None]


def test_every_weight_has_a_gradient():
    layer = posterior()
    with tf.GradientTape() as tape:
        mean, log_scale = layer(*inputs())
        loss = tf.reduce_sum(mean**2) + tf.reduce_sum(log_scale**2)
    for gradient in tape.gradient(loss, layer.trainable_variables):
        assert np.abs(gradient).max() > 0.0


def test_the_initial_scale_is_small():
    layer = FilterPosterior(dim=4, hidden_dim=6)
    layer.build((None, 5))
    found = layer(*inputs())
    np.testing.assert_allclose(found.log_scale, 7 * np.tanh(-3 / 7), rtol=1e-6)
    assert found.mean.numpy().std() > 2 * found.scale.numpy().max()
