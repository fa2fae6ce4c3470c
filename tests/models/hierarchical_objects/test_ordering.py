"""Eq. 9 and 10: objects keep their places over time."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.optimize import linear_sum_assignment

from mipae_tf.models.hierarchical_objects.ordering import assign
from mipae_tf.models.hierarchical_objects.ordering import follow
from mipae_tf.models.hierarchical_objects.ordering import no_tracks


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_the_assignment_is_that_of_scipy(size):
    cost = np.random.default_rng(0).normal(size=(6, size, size)).astype("f4")
    found = assign(tf.constant(cost))
    assert found.dtype == tf.int32
    for order, each in zip(found.numpy(), cost, strict=True):
        np.testing.assert_array_equal(order, linear_sum_assignment(each)[1])


def clip_codes(order, presence=None):
    """Codes of a clip of three objects that move, stored in other orders.

    Args:
        order: which object is stored at each place, `[time, 3]`.
        presence: of the places, of the same shape; 1 if None.
    """
    order = np.asarray(order)
    time = len(order)
    content = np.array([[5.0, 0.0], [0.0, 5.0], [-5.0, -5.0]])
    place = np.array([[0.5, 0.0], [-0.5, 0.1], [0.0, -0.5]])
    moving = place + 0.1 * np.arange(time)[:, None, None]
    where = np.concatenate([np.full_like(moving, 0.3), moving], axis=-1)
    if presence is None:
        presence = np.ones_like(order)
    rows = np.arange(time)[:, None]
    codes = {
        "z_back": np.arange(time)[:, None] * np.ones(2),
        "z_content": content[order] + 0.1 * rows[..., None],
        "z_where": where[rows, order],
        "z_pose": 10.0 * where[rows, order][..., :1],
        "z_presence": np.asarray(presence)[..., None],
    }
    return {k: tf.constant(v[None], tf.float32) for k, v in codes.items()}


def follow_all(codes, position_weight=0.0):
    """Tracks after a clip, and the ordered codes `[time, ...]`."""
    tracks, found = None, []
    for time in range(codes["z_back"].shape[1]):
        now = {k: v[:, time] for k, v in codes.items()}
        tracks = no_tracks(now) if tracks is None else tracks
        tracks, ordered = follow(tracks, now, position_weight)
        found.append({k: v[0].numpy() for k, v in ordered.items()})
    return tracks, {k: np.stack([f[k] for f in found]) for k in found[0]}


ORDERS = [[0, 1, 2], [2, 0, 1], [1, 0, 2], [2, 1, 0]]


def test_objects_are_ordered_by_content():
    expected = follow_all(clip_codes([[0, 1, 2]] * 4))[1]
    tracks, found = follow_all(clip_codes(ORDERS))
    for name, code in expected.items():
        np.testing.assert_allclose(found[name], code, atol=1e-6)
    # Contents and backgrounds are means over the frames.
    content = expected["z_content"].mean(axis=0)
    np.testing.assert_allclose(tracks.content[0], content, atol=1e-5)
    np.testing.assert_allclose(tracks.back, [[1.5, 1.5]], atol=1e-6)
    change = tracks.change.numpy()[0]
    np.testing.assert_allclose(change[:, 2:4], 0.1, atol=1e-6)
    np.testing.assert_allclose(change[:, :2], 0.0, atol=1e-6)
    assert (tracks.presence.numpy() == 1.0).all()


def test_positions_order_objects_of_equal_contents():
    codes = clip_codes(ORDERS)
    codes["z_content"] = tf.zeros_like(codes["z_content"])
    expected = follow_all(clip_codes([[0, 1, 2]] * 4))[1]
    _, found = follow_all(codes, position_weight=1.0)
    np.testing.assert_allclose(found["z_where"], expected["z_where"])


def test_an_absent_object_keeps_its_pose():
    """Whatever its code is; the others keep their places."""
    presence = [[1, 1, 1], [1, 0, 1], [1, 0, 0], [1, 1, 0]]
    tracks, found = follow_all(clip_codes(ORDERS, presence))
    # Object 0 is seen in the first frame only, object 2 not in frame 2.
    np.testing.assert_array_equal(
        found["z_presence"][..., 0],
        [[1, 1, 1], [0, 1, 1], [0, 1, 0], [0, 1, 1]],
    )
    where = found["z_where"]
    for time in (1, 2, 3):
        np.testing.assert_array_equal(where[time, 0], where[0, 0])
    np.testing.assert_array_equal(where[2, 2], where[1, 2])
    np.testing.assert_allclose(
        where[3, 2, 2:] - where[1, 2, 2:], 0.2, atol=1e-6
    )
    np.testing.assert_array_equal(tracks.seen[0, :, 0], [1, 4, 3])
    np.testing.assert_array_equal(tracks.presence[0, :, 0], [0, 1, 1])
    np.testing.assert_array_equal(tracks.change[0, 0], np.zeros(5))
