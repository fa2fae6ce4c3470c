import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.data.augmentation import augment


@pytest.fixture
def clips():
    draw = np.random.default_rng(0)
    return tf.constant(draw.random((40, 3, 8, 6, 2), np.float32))


def test_nothing_changes_by_default(clips):
    np.testing.assert_array_equal(augment(clips, [0, 0]), clips)


def test_about_half_of_the_clips_are_mirrored(clips):
    found = augment(clips, [0, 0], flip=True).numpy()
    same = (found == clips.numpy()).all(axis=(1, 2, 3, 4))
    mirrored = (found == clips.numpy()[:, :, :, ::-1]).all(axis=(1, 2, 3, 4))
    assert (same ^ mirrored).all() and 8 < mirrored.sum() < 32


def test_a_clip_is_shifted_as_a_whole_and_its_border_repeated(clips):
    found, given = augment(clips, [0, 0], max_shift=2).numpy(), clips.numpy()
    shifts = set()
    for n in range(len(given)):
        for down, across in np.ndindex(5, 5):
            pad = np.pad(given[n], ((0, 0), (2, 2), (2, 2), (0, 0)), "edge")
            moved = pad[:, down : down + 8, across : across + 6]
            if (moved == found[n]).all():
                shifts.add((down, across))
                break
        else:
            pytest.fail(f"clip {n} is no shift")
    assert len(shifts) > 10
    assert (
        {down for down, _ in shifts} == {a for _, a in shifts} == set(range(5))
    )


def test_clips_are_scaled_about_their_centre():
    rows, columns = np.mgrid[:9, :7].astype(np.float32)
    plane = 0.5 + 0.05 * (rows - 4.0) - 0.02 * (columns - 3.0)
    clips = np.tile(plane[None, None, :, :, None], (60, 3, 1, 1, 1))
    found = augment(tf.constant(clips), [0, 0], max_zoom=0.25).numpy()
    np.testing.assert_allclose(found[:, :, 4, 3], 0.5, atol=1e-6)
    # Of a plane, the slopes are divided by the scale, in all frames alike.
    down = (found[:, :, 5, 3] - found[:, :, 4, 3]) / 0.05
    across = (found[:, :, 4, 3] - found[:, :, 4, 4]) / 0.02
    np.testing.assert_allclose(down, across, atol=1e-4)
    np.testing.assert_allclose(down, down[:, :1] * np.ones((1, 3, 1)), 1e-5)
    assert 0.8 < down.min() < 0.84 and 1.2 < down.max() < 1.25
    # A reduced frame repeats its border.
    reduced = found[down[:, 0, 0].argmax(), 0, :, :, 0]
    np.testing.assert_allclose(reduced[0, 0], plane[0, 0], atol=1e-6)
    np.testing.assert_allclose(reduced[-1, -1], plane[-1, -1], atol=1e-6)


def test_contrast_changes_clips_but_not_frames(clips):
    found = augment(0.5 + 0.2 * (clips - 0.5), [0, 0], max_contrast=0.3)
    ratio = np.std(found, axis=(2, 3, 4)) / (
        0.2 * np.std(clips, axis=(2, 3, 4))
    )
    np.testing.assert_allclose(ratio, ratio[:, :1] * np.ones(3), rtol=1e-4)
    assert 0.7 < ratio.min() < 0.8 and 1.2 < ratio.max() < 1.3
    assert np.std(np.mean(found, axis=(1, 2, 3, 4))) > 0.02


def test_values_stay_in_range(clips):
    found = augment(clips, [3, 1], max_contrast=0.9).numpy()
    assert found.min() >= 0.0 and found.max() <= 1.0


def test_the_key_decides(clips):
    options = {"flip": True, "max_shift": 2, "max_contrast": 0.3}
    first = augment(clips, [1, 2], **options).numpy()
    np.testing.assert_array_equal(augment(clips, [1, 2], **options), first)
    assert (augment(clips, [1, 3], **options).numpy() != first).any()
    zoomed = augment(clips, [1, 2], max_zoom=0.2).numpy()
    assert (augment(clips, [1, 3], max_zoom=0.2).numpy() != zoomed).any()
