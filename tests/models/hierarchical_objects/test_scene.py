"""Crop and paste, eq. 1 to 3, and peaks, against scenes that are known."""

import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.models.hierarchical_objects import scene
from mipae_tf.models.hierarchical_objects.peaks import find_peaks


def blob(size):
    """A smooth image that is 0 at its border, `[size, size, 2]`."""
    u = np.linspace(-1.0, 1.0, size)
    bump = np.cos(0.5 * np.pi * u)[:, None] * np.cos(0.5 * np.pi * u) ** 2
    return np.stack([bump, 0.5 * bump.T], axis=-1).astype(np.float32)


def test_the_crop_of_a_paste_is_the_object():
    crops = np.stack([blob(16), blob(16).transpose(1, 0, 2)])[None]
    where = tf.constant([[[0.4, 0.5, -0.3, 0.2], [0.5, 0.5, 0.25, -0.5]]])
    pasted = scene.paste(tf.constant(crops), where, 64)
    assert pasted.shape == (1, 2, 64, 64, 2)
    for index in range(2):
        again = scene.crop(pasted[:, index], where, 16)[:, index]
        # Up to the blur of the interpolation.
        np.testing.assert_allclose(again, crops[:, index], atol=0.03)


def test_the_place_of_a_paste():
    """t is the center, and s the share of the sides of the frame."""
    where = tf.constant([[[0.25, 0.5, 0.5, -0.25]]])
    pasted = scene.paste(tf.ones([1, 1, 8, 8, 1]), where, 65)[0, 0, ..., 0]
    rows, columns = np.nonzero(pasted.numpy() > 0.9)
    # Coordinate u is at pixel 32 (1 + u).
    assert (columns.min(), columns.max()) == (40, 56)
    assert (rows.min(), rows.max()) == (8, 40)


def test_matching_recovers_a_permutation():
    own = tf.random.stateless_normal([4, 3, 5], [0, 1])
    order = tf.constant([[2, 0, 1], [0, 1, 2], [1, 2, 0], [2, 1, 0]])
    other = tf.gather(own, order, batch_dims=1) + 0.01
    distances = scene.content_distances(own, other)
    expected = np.sum((own[1, 2] - other[1, 0]) ** 2)
    np.testing.assert_allclose(distances[1, 2, 0], expected, rtol=1e-5)
    found = scene.match(distances, tf.ones([4, 3]))
    np.testing.assert_array_equal(
        tf.gather(order, found, batch_dims=1), [[0, 1, 2]] * 4
    )
    # An object that is not present is no match.
    present = tf.constant([[1.0, 0.0, 1.0]] * 4)
    assert 1 not in scene.match(distances, present).numpy()


def test_mixing():
    own, other = tf.constant([[[1.0, 2.0]]]), tf.constant([[[3.0, 0.0]]])
    np.testing.assert_array_equal(scene.mix(own, other, 0.0), own)
    np.testing.assert_array_equal(scene.mix(own, other, 1.0), other)
    np.testing.assert_allclose(scene.mix(own, other, 0.25), [[[1.5, 1.5]]])


@pytest.mark.parametrize("normalized", [True, False])
def test_merging(normalized):
    random = np.random.default_rng(0)
    back = random.random((2, 4, 4, 3)).astype(np.float32)
    colors = random.random((2, 2, 4, 4, 3)).astype(np.float32)
    masks = 0.5 * random.random((2, 2, 4, 4, 1)).astype(np.float32)
    expected = (1.0 - masks.sum(axis=1)) * back + (masks * colors).sum(axis=1)
    found = scene.merge(back, masks * colors, masks, normalized)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    # Where masks add up to 1.5, they share the pixel, or exceed it.
    full = np.full_like(masks, 0.75)
    found = scene.merge(back, full * colors, full, normalized)
    if normalized:
        np.testing.assert_allclose(found, colors.mean(axis=1), atol=1e-6)
    else:
        expected = 0.75 * colors.sum(axis=1) - 0.5 * back
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_shares_of_pixels():
    masks = tf.constant([[0.9, 0.2], [0.6, 0.2]])[None]  # [1, objects, pixels]
    np.testing.assert_allclose(
        scene.shares(masks), [[[0.6, 0.2], [0.4, 0.2]]], atol=1e-6
    )


SIZE, SCALE = 64, 0.3


def disc(x, y, radius):
    """A disc at pixel (x, y), `[64, 64]`."""
    rows, columns = np.indices((SIZE, SIZE))
    return ((columns - x) ** 2 + (rows - y) ** 2 <= radius**2).astype("f4")


def test_peaks_are_at_the_objects():
    frames = np.stack(
        [
            disc(20, 40, 8) + 0.5 * disc(50, 12, 6),
            0.5 * disc(20, 40, 8) + disc(37, 40, 8),  # they touch
            disc(30, 30, 7),
        ]
    )
    frames += 1e-3 * np.random.default_rng(0).random(frames.shape)
    peaks = find_peaks(tf.constant(frames, tf.float32), 2, SCALE, 0.35)
    pixels = 31.5 * (1.0 + peaks.where[..., 2:].numpy())  # x, y
    expected = [[[20, 40], [50, 12]], [[37, 40], [20, 40]], [[30, 30]]]
    for found, places in zip(pixels, expected, strict=True):
        for one, place in zip(found, places, strict=False):
            assert np.abs(one - place).max() < 2.0
    # A disc is inside, with a margin.
    side = 32.0 * peaks.where[2, 0, :2].numpy()
    assert (side > 7).all() and (side < 12).all()
    assert peaks.where[0, 0, 0] > peaks.where[0, 1, 0]
    low, high = 0.65 * SCALE - 1e-6, 1.35 * SCALE + 1e-6
    assert np.min(peaks.where[..., :2]) >= low
    assert np.max(peaks.where[..., :2]) <= high
    # What a peak explains, and what is left where there is no second object.
    assert float(peaks.energy[2, 0]) == pytest.approx(frames[2].sum(), rel=0.02)
    assert peaks.energy[2, 1] < 1.0
