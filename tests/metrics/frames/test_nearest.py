import numpy as np
import pytest
from metrics.frame_cases import random_frames

from mipae_tf.metrics.frames.nearest import nearest_clips

REFERENCES = random_frames((30, 2, 4, 5, 3))
QUERIES = random_frames((7, 2, 4, 5, 3), seed=1)


def test_the_nearest_is_that_of_direct_differences():
    differences = QUERIES[:, None] / 255 - REFERENCES / 255
    errors = np.square(differences).mean(axis=(2, 3, 4, 5))
    indices, found = nearest_clips(QUERIES, REFERENCES)
    np.testing.assert_array_equal(indices, errors.argmin(axis=1))
    np.testing.assert_allclose(found, errors.min(axis=1))


def test_a_memorised_clip_is_found_with_error_zero():
    queries = REFERENCES[[4, 9]].copy()
    indices, errors = nearest_clips(queries, REFERENCES)
    np.testing.assert_array_equal(indices, [4, 9])
    np.testing.assert_array_equal(errors, 0)
    queries[1, 0, 0, 0, 0] ^= 1
    indices, errors = nearest_clips(queries, REFERENCES)
    np.testing.assert_array_equal(indices, [4, 9])
    assert errors[1] == pytest.approx(1 / 255**2 / 120)


def test_ties_return_the_first_clip():
    indices, _ = nearest_clips(QUERIES, np.concatenate([REFERENCES] * 3))
    np.testing.assert_array_equal(
        indices, nearest_clips(QUERIES, REFERENCES)[0]
    )


@pytest.mark.parametrize("pixels", [1, 500, 10_000])
def test_blocks_do_not_matter(monkeypatch, pixels):
    copies = np.concatenate([REFERENCES] * 3)
    expected = nearest_clips(QUERIES, copies)
    monkeypatch.setattr("mipae_tf.metrics.frames.nearest.BLOCK_PIXELS", pixels)
    found = nearest_clips(QUERIES, copies)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


@pytest.mark.parametrize(
    "queries, references, message",
    [
        (QUERIES / 255, REFERENCES, "queries must be uint8"),
        (QUERIES, REFERENCES[0], "references must be uint8"),
        (QUERIES[:0], REFERENCES, "without an empty axis"),
        (QUERIES, REFERENCES[:0], "without an empty axis"),
        (QUERIES[:, :1], REFERENCES, "of the same shape"),
    ],
)
def test_invalid_clips_are_refused(queries, references, message):
    with pytest.raises(ValueError, match=message):
        nearest_clips(queries, references)
