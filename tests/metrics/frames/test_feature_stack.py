import keras
import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.metrics.frames.alexnet_features import AlexNetFeatures
from mipae_tf.metrics.frames.vgg16_features import VGG16Features

# Of torchvision's networks, without their classifiers.
WEIGHTS = {AlexNetFeatures: 2_469_696, VGG16Features: 14_714_688}
SIDES = {AlexNetFeatures: (15, 7, 3, 3, 3), VGG16Features: (64, 32, 16, 8, 4)}


@pytest.mark.parametrize("cls", [AlexNetFeatures, VGG16Features])
def test_maps_and_weights_are_those_of_torchvision(cls):
    stack = cls()
    maps = stack(tf.zeros([2, 64, 64, 3]))
    assert [tuple(m.shape) for m in maps] == [
        (2, side, side, channels)
        for side, channels in zip(SIDES[cls], cls.map_channels(), strict=True)
    ]
    assert stack.count_params() == WEIGHTS[cls]
    shapes = cls.weight_shapes().values()
    assert sum(np.prod(shape) for shape in shapes) == WEIGHTS[cls]
    assert not stack.trainable_variables


@pytest.mark.parametrize("cls", [AlexNetFeatures, VGG16Features])
def test_the_smallest_image_leaves_one_position(cls):
    maps = cls()(tf.zeros([1, cls.MIN_SIZE, cls.MIN_SIZE, 3]))
    assert maps[-1].shape[1:3] == (1, 1)


def test_weights_are_assigned_by_name():
    generator = np.random.default_rng(0)
    weights = {
        name: generator.normal(size=shape).astype(np.float32)
        for name, shape in AlexNetFeatures.weight_shapes().items()
    }
    stack = AlexNetFeatures()
    stack.assign(weights)
    # One red pixel under a filter of the first layer, padded by two.
    images = np.zeros((1, 31, 31, 3), np.float32)
    images[0, 3, 1, 0] = 2
    expected = 2 * weights["features.0.weight"][:, 0, 5, 3]
    expected = np.maximum(expected + weights["features.0.bias"], 0)
    np.testing.assert_allclose(stack(images)[0][0, 0, 0], expected, rtol=1e-5)


def test_the_policy_does_not_matter():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        maps = AlexNetFeatures()(tf.ones([1, 40, 40, 3]))
    finally:
        keras.config.set_dtype_policy(before)
    assert {m.dtype for m in maps} == {tf.float32}
