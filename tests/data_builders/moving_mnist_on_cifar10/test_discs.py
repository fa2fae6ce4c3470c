import numpy as np
import pytest
from mipae_tf.data_builders.moving_mnist_on_cifar10 import discs


def test_one_disc_is_reflected_exactly():
    start, speed = np.array([[3.0, 8.0]]), np.array([[-2.0, 1.5]])
    path = discs.bounce(start, speed, 9, room=10, diameter=4)[:, 0]
    straight = (start + speed * np.arange(9)[:, None]) % 20
    np.testing.assert_allclose(path, np.minimum(straight, 20 - straight))


def test_discs_that_meet_head_on_exchange_speeds():
    start = np.array([[0.0, 5.0], [9.0, 5.0]])
    speed = np.array([[1.0, 0.0], [-2.0, 0.0]])
    path = discs.bounce(start, speed, 5, room=100, diameter=3)
    # They are 3 apart at time 2, at 2 and 5.
    np.testing.assert_allclose(path[:, 0, 0], [0, 1, 2, 0, 2])
    np.testing.assert_allclose(path[:, 1, 0], [9, 7, 5, 6, 7])
    np.testing.assert_allclose(path[..., 1], 5)


def test_a_glancing_hit_keeps_momentum_and_energy():
    start = np.array([[20.0, 20.0], [30.0, 22.0]])
    speed = np.array([[3.0, 0.2], [-1.0, 0.1]])
    path = discs.bounce(start, speed, 6, room=100, diameter=5)
    after = path[-1] - path[-2]
    assert np.abs(after - speed).max() > 1
    np.testing.assert_allclose(after.sum(0), speed.sum(0))
    np.testing.assert_allclose((after**2).sum(), (speed**2).sum())
    # Speeds change along the line between the centres at the contact only.
    gap, nearing = start[1] - start[0], speed[1] - speed[0]
    time = np.roots(
        [nearing @ nearing, 2 * gap @ nearing, gap @ gap - 25]
    ).min()
    line = (gap + nearing * time) / 5
    change = after[0] - speed[0]
    np.testing.assert_allclose(change, nearing @ line * line)


@pytest.mark.parametrize("room", [18, 43])
def test_discs_never_overlap_and_never_leave(room):
    rng, diameter, hits = np.random.default_rng(0), 14, 0
    for _ in range(40):
        start = discs.place(2, room, diameter, rng)
        speed = rng.normal(0, 2, (2, 2))
        path = discs.bounce(start, speed, 40, room, diameter)
        assert 0 <= path.min() <= path.max() <= room
        gap = np.hypot(*(path[:, 1] - path[:, 0]).T)
        assert gap.min() > diameter - 1e-6
        hits += gap.min() < diameter + 1
        steps = np.hypot(*np.moveaxis(np.diff(path, axis=0), -1, 0))
        assert steps.max() <= np.sqrt((speed**2).sum()) + 1e-9
    assert hits > 20


def test_no_disc():
    none = np.zeros((0, 2))
    assert discs.bounce(none, none, 3, 10, 2).shape == (3, 0, 2)
