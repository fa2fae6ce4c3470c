import keras
import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.frame_wise import over_time as structures_over_time
from mipae_tf.models.frame_wise import per_frame

CLIPS = np.random.default_rng(0).normal(size=(3, 4, 5)).astype(np.float32)


@pytest.mark.parametrize("over_time", [fold_time, per_frame])
def test_each_frame_is_processed_independently(over_time):
    out = over_time(keras.layers.Dense(2, kernel_initializer="ones"), CLIPS)
    expected = CLIPS.sum(axis=-1, keepdims=True).repeat(2, axis=-1)
    np.testing.assert_allclose(out, expected, rtol=1e-5)


@pytest.mark.parametrize(
    "over_time, axes", [(fold_time, (0, 1)), (per_frame, (0,))]
)
def test_frames_of_the_batch_normalization_statistics(over_time, axes):
    norm = keras.layers.BatchNormalization(epsilon=0.0)
    out = np.array(over_time(norm, tf.constant(CLIPS), training=True))
    np.testing.assert_allclose(out.mean(axis=axes), 0.0, atol=1e-5)
    np.testing.assert_allclose(out.std(axis=axes), 1.0, atol=1e-4)
    if axes == (0, 1):
        assert np.abs(out.mean(axis=0)).max() > 0.1


@pytest.mark.parametrize("apart, calls", [(False, 1), (True, 4)])
def test_structures_are_processed_in_one_call_or_one_per_step(apart, calls):
    shapes = []

    def network(given):
        one, (two,) = given
        shapes.append(one.shape)
        return {"sum": one + two, "all": [one]}

    inputs = (tf.constant(CLIPS), [tf.constant(2.0 * CLIPS)])
    out = structures_over_time(network, inputs, apart)
    np.testing.assert_array_equal(out["sum"], 3.0 * CLIPS)
    np.testing.assert_array_equal(out["all"][0], CLIPS)
    assert shapes == [(12 // calls, 5)] * calls
