import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.data import Factor
from mipae_tf.judging.network import VIEW_SIZE
from mipae_tf.judging.network import JudgeNetwork
from mipae_tf.judging.network import view


@pytest.fixture(scope="module")
def frames():
    random = np.random.default_rng(0)
    return tf.constant(random.random((3, 64, 64, 2), np.float32))


def test_the_view_is_the_half_around_a_point(frames):
    # Between the four pixels in the middle lie no two of the view's places.
    middle = view(frames, tf.zeros((3, 2)))
    np.testing.assert_allclose(middle, frames[:, 16:48, 16:48], atol=1e-5)
    corner = tf.fill((3, 2), -1 + 2 * 15.5 / 63)
    seen = view(frames, corner)
    np.testing.assert_allclose(
        seen, frames[:, :VIEW_SIZE, :VIEW_SIZE], atol=1e-4
    )


def test_rows_come_before_columns(frames):
    down = tf.constant([[2 * 8 / 63, 0.0]] * 3)
    seen = view(frames, down)
    np.testing.assert_allclose(seen, frames[:, 24:56, 16:48], atol=1e-4)


def test_pixels_outside_the_frame_are_black(frames):
    seen = view(frames, tf.ones((3, 2))).numpy()
    assert (seen[:, VIEW_SIZE // 2 + 1 :] == 0).all()
    assert (seen[:, : VIEW_SIZE // 2, : VIEW_SIZE // 2] > 0).any()


@pytest.mark.parametrize("size", [16, 128])
def test_brightness_stays_in_frames_of_another_size(size):
    bright = tf.ones((1, size, size, 1))
    np.testing.assert_allclose(view(bright, tf.zeros((1, 2))), 1, atol=1e-5)


def test_each_class_is_predicted_from_its_own_object():
    places = [
        Factor(name, "position", True, 32, thing, axis)
        for name, thing, axis in (("y_left", 0, "x"), ("b", 0, "y"))
        + (("x_top", 1, "y"), ("d", 1, "x"))
    ]
    classes = [
        Factor("shape_1", "class", False, size=3, object=0),
        Factor("shape_0", "class", False, size=4, object=1),
        Factor("front", "class", False, size=2),
        Factor("shape_2", "class", False, size=2, object=2),
    ]
    network = JudgeNetwork(classes, places)
    black = np.zeros((5, 64, 64, 3), np.uint8)
    logits, places = network(black)
    assert [part.shape[1] for part in logits] == [3, 4, 2, 2]
    # Nowhere in particular is the middle, which the affine maps to its shift.
    np.testing.assert_allclose(places, np.full((5, 4), 0.5), atol=1e-5)
    owners = [network._object_of(factor) for factor in network.classes]
    assert owners == [0, 1, None, None]


def test_an_axis_is_declared():
    """Rows give the place along y, columns that along x."""
    rows, columns = tf.constant([[1.0, 2.0]]), tf.constant([[3.0, 4.0]])
    places = [
        Factor(name, "position", True, 32, thing, axis)
        for name, thing, axis in (("y_left", 0, "x"), ("x_top", 1, "y"))
    ]
    network = JudgeNetwork([], places)
    network.affine.assign([[1.0, 1.0], [0.0, 0.0]])
    found = network._places(rows, columns)
    np.testing.assert_array_equal(found, [[3.0, 2.0]])


def test_without_positions_the_whole_frame_is_classified():
    network = JudgeNetwork([Factor("shape_0", "class", False, 3, 0)], [])
    logits, places = network(np.zeros((2, 64, 64, 1), np.uint8))
    assert logits[0].shape == (2, 3) and places.shape == (2, 1)
    assert network._object_of(network.classes[0]) is None
