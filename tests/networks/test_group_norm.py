import keras
import numpy as np
import pytest
from networks.harness import random_inputs
from networks.harness import run_layer_test

from mipae_tf.networks.group_norm import GroupNorm


@pytest.mark.parametrize("groups", [1, 2, 8])
def test_equals_keras(groups):
    (maps,) = random_inputs((3, 5, 4, 8))
    ours = GroupNorm(groups)
    theirs = keras.layers.GroupNormalization(groups, epsilon=1e-5)
    for layer in (ours, theirs):
        layer.build(maps.shape)
        random = np.random.default_rng(1)
        layer.set_weights([random.normal(size=8), random.normal(size=8)])
    np.testing.assert_allclose(ours(maps), theirs(maps), atol=1e-5)


def test_a_constant_map_stays_finite():
    (maps,) = random_inputs((2, 4, 4, 4))
    assert np.isfinite(GroupNorm(2)(0 * maps + 7)).all()


def test_layer():
    run_layer_test(
        GroupNorm,
        {"groups": 2, "gamma_initializer": "ones"},
        input_shape=(2, 4, 4, 4),
        expected_output_shape=(2, 4, 4, 4),
        mixed_dtype="bfloat16",
    )
