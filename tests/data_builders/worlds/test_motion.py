import numpy as np
import pytest
from mipae_tf.data_builders.worlds import motion


@pytest.mark.parametrize(
    ("start", "speed", "expected"),
    [
        (3, -2, [3, 1, 0, 2, 4]),  # -1 becomes 0 and turns
        (28, 2, [28, 30, 31, 29, 27]),  # 32 becomes 31: a step is lost
        (29, 2, [29, 31, 29, 27, 25]),  # 31 is the wall itself
        (31, -2, [31, 31, 29, 27, 25]),  # turned outward, so it stays
        (0, -1, [0, 0, 1, 2, 3]),
        (5, 0, [5, 5, 5, 5, 5]),
    ],
)
def test_clamp_as_published_for_sprites(start, speed, expected):
    path = motion.clamp(start, speed, 5, limit=31, high=31)
    np.testing.assert_array_equal(path, expected)


@pytest.mark.parametrize(
    ("start", "speed", "expected"),
    [
        (28, 3, [28, 31, 31, 28, 25]),  # 34 becomes 31; 31 is not the wall
        (31, -4, [31, 27, 23, 19, 15]),
        (2, -4, [2, 0, 4, 8, 12]),
    ],
)
def test_clamp_as_published_for_digits(start, speed, expected):
    path = motion.clamp(start, speed, 5, limit=32, high=31)
    np.testing.assert_array_equal(path, expected)


@pytest.mark.parametrize(
    ("start", "speed", "expected"),
    [
        (3, -2, [3, 1, 1, 3, 5]),  # -1 comes back as 1
        (28, 3, [28, 31, 30, 27, 24]),  # 34 comes back as 30
        (32, 4, [32, 28, 24, 20, 16]),
        (0, 0, [0, 0, 0, 0, 0]),
    ],
)
def test_reflect_returns_the_overshoot(start, speed, expected):
    path = motion.reflect(start, speed, 5, high=32)
    np.testing.assert_array_equal(path, expected)


def test_wrap():
    path = motion.wrap(np.array([38, 1]), np.array([2, -2]), 3, 40)
    np.testing.assert_array_equal(path, [[38, 1], [0, 39], [2, 37]])


def test_axes_move_independently():
    start, speed = np.array([[0, 30], [5, 5]]), np.array([[1, 2], [0, -3]])
    path = motion.clamp(start, speed, 3, 31, 31)
    assert path.shape == (3, 2, 2)
    assert path.dtype == np.int32
    np.testing.assert_array_equal(path[:, 0, 1], [30, 31, 29])
    np.testing.assert_array_equal(path[:, 1, 1], [5, 2, 0])


def _redraw(start, speed, frames, seed=0):
    rng = np.random.default_rng(seed)
    return motion.redraw(
        np.array(start), np.array(speed), frames, 32, 31, 4, rng
    )


def test_redraw_is_straight_between_walls():
    path = _redraw([5, 20], [2, -3], 5)
    np.testing.assert_array_equal(path[:, 0], [5, 7, 9, 11, 13])
    np.testing.assert_array_equal(path[:, 1], [20, 17, 14, 11, 8])


def test_redraw_moves_inward_and_draws_the_other_axis():
    after = np.array([_redraw([31, 16], [4, 0], 3, s) for s in range(300)])
    assert set(after[:, 1, 0]) == {31}
    across, along = (after[:, 2] - after[:, 1]).T
    assert set(across) == {-4, -3, -2, -1}
    assert set(along) == set(range(-4, 5))


def test_redraw_stays_inside():
    path = _redraw([16, 16], [4, -3], 2000)
    assert path.min() == 0
    assert path.max() == 31
