import numpy as np
import pytest
from etils import epath
from mipae_tf.data_builders.moving_mnist.digits import Digits


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(
        256, size=(30, 28, 28), dtype=np.uint8
    )


@pytest.fixture
def digits(tmp_path, images) -> Digits:
    path = epath.Path(tmp_path) / "new" / "digits.npz"
    return Digits.save(path, images, np.arange(30) % 10, 24)


def test_splits_are_disjoint_and_complete(digits):
    assert digits.numbers("train") == (0, 22)
    assert digits.numbers("validation") == (22, 24)
    assert digits.numbers("test") == (24, 30)


def test_labels(digits):
    labels = digits.labels(np.array([3, 13, 29]))
    assert labels.tolist() == [3, 3, 9]


def test_enlarging_is_bilinear_with_centres_in_place(digits, images):
    large = digits.draw(np.array([4, 9, 4]))
    assert large.shape == (3, 32, 32)
    assert large.dtype == np.uint8
    np.testing.assert_array_equal(large[0], large[2])
    # A corner keeps its value; the centre of new row 4 is old row 3.4375.
    assert large[1, 0, 0] == images[9, 0, 0]
    old = images[9].astype(float)
    expected = 0.5625 * old[3, 0] + 0.4375 * old[4, 0]
    assert abs(large[1, 4, 0] - expected) <= 0.5
    assert abs(large.mean() - images[[4, 9, 4]].mean()) < 4
