"""Scores of masks that are drawn by hand."""

import numpy as np
import pytest

from mipae_tf.metrics.objects.masks import hard_labels
from mipae_tf.metrics.objects.masks import mask_scores

SIZE = 16


def squares(*places, time=1, side=4):
    """Masks [1, time, 16, 16, objects] of squares at (row, column)."""
    masks = np.zeros((1, time, SIZE, SIZE, len(places)))
    for index, (row, column) in enumerate(places):
        masks[:, :, row : row + side, column : column + side, index] = 1.0
    return masks


def scores(true, shares):
    found = mask_scores(true.astype(np.uint8), shares)
    return {name: value[0].tolist() for name, value in found._asdict().items()}


def test_labels():
    shares = np.array([[0.3, 0.3], [0.2, 0.2], [0.0, 0.9], [0.5, 0.0]])
    labels = hard_labels(shares.reshape(1, 1, 2, 2, 2))
    assert labels.ravel().tolist() == [0, -1, 1, -1]


def test_perfect_in_any_order():
    true = squares((1, 1), (9, 9), time=2)
    found = scores(true, true[..., ::-1])
    assert found["iou"] == found["explained"] == found["counted"] == [1.0, 1.0]
    assert found["located"] == [1.0, 1.0] and found["distance"] == [0.0, 0.0]
    assert np.isnan(found["switched"][0]) and found["switched"][1] == 0.0


def test_a_square_that_is_two_pixels_off():
    true = squares((1, 1), (9, 9))
    found = scores(true, squares((1, 1), (9, 11)))
    # 8 pixels of 24, and 16 of 16.
    assert found["iou"] == pytest.approx([(1.0 + 8 / 24) / 2])
    assert found["distance"] == [1.0] and found["located"] == [1.0]
    assert scores(true, squares((1, 1), (9, 13)))["located"] == [0.5]


def test_one_object_that_draws_two():
    true = squares((1, 1), (9, 9))
    both = true.sum(axis=-1, keepdims=True)
    nothing = np.zeros_like(both)
    for shares in (both, np.concatenate([nothing, both], axis=-1)):
        found = scores(true, shares)
        assert found["counted"] == [0.0]
        assert found["iou"] == pytest.approx([16 / 32 / 2])
        assert found["explained"] == [0.5]


def test_two_objects_that_share_every_pixel():
    true = squares((1, 1), (9, 9))
    union = true.sum(axis=-1, keepdims=True)
    shares = np.concatenate([0.7 * union, 0.3 * union], axis=-1)
    assert scores(true, shares)["explained"] == pytest.approx([0.5])
    mixed = 0.9 * true + 0.1 * true[..., ::-1]
    assert scores(true, mixed)["explained"] == pytest.approx([0.9])


def test_objects_of_few_pixels_are_not_counted():
    true = squares((1, 1))
    shares = np.concatenate([true, squares((9, 9), side=2)], axis=-1)
    assert scores(true, shares)["counted"] == [1.0]
    shares = np.concatenate([true, squares((9, 9), side=3)], axis=-1)
    assert scores(true, shares)["counted"] == [0.0]


def test_overlaps_are_left_out():
    true = squares((1, 1), (3, 3))
    shares = true.copy()
    shares[..., 0] *= 1 - true[..., 1]
    found = scores(true, shares)
    assert found["iou"] == found["explained"] == [1.0]


def test_switches_are_counted_since_the_last_match():
    true = squares((1, 1), (9, 9), time=4)
    shares = true.copy()
    shares[:, 1] = 0.0  # nothing is found
    shares[:, 2] = shares[:, 2, ..., ::-1]  # exchanged
    switched = scores(true, shares)["switched"]
    assert np.isnan(switched[:2]).all() and switched[2:] == [1.0, 1.0]
    still = squares((1, 1), (9, 9), time=4)
    assert scores(true, still)["switched"][1:] == [0.0] * 3


def test_frames_without_objects():
    empty = np.zeros((1, 2, SIZE, SIZE, 2))
    shares = empty.copy()
    shares[:, 1] = squares((1, 1), (9, 9))[:, 0]
    found = scores(empty, shares)
    assert found["counted"] == [1.0, 0.0]
    for name in ("iou", "explained", "located", "distance", "switched"):
        assert np.isnan(found[name]).all()
    found = scores(squares((1, 1), (9, 9)), empty[:, :1])
    assert found["iou"] == found["explained"] == found["located"] == [0.0]
    assert np.isnan(found["distance"]).all()
