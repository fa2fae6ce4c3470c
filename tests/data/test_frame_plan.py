import numpy as np
import pytest

from mipae_tf.data.frame_plan import DistinctFrames
from mipae_tf.data.frame_plan import PublishedPairs
from mipae_tf.data.frame_plan import Window

PLANS = [DistinctFrames(6, 3), Window(6, 3), PublishedPairs(6)]


def draw(plan, length, seed=0):
    return plan.times(length, np.random.default_rng(seed))


def many(plan, length, count=400):
    random = np.random.default_rng(0)
    return np.stack([plan.times(length, random) for _ in range(count)])


def test_distinct_frames_are_distinct_and_reach_every_time():
    times = many(DistinctFrames(5, 4), 6)  # [draws, clips, frames]
    ordered = np.sort(times, axis=-1)
    assert (np.diff(ordered, axis=-1) > 0).all()
    for frame in range(4):
        assert set(times[..., frame].ravel()) == set(range(6))


def test_distinct_frames_are_drawn_for_each_clip():
    times = draw(DistinctFrames(50, 2), 10)
    assert len(np.unique(times, axis=0)) > 10


def test_a_window_is_consecutive_and_starts_anywhere():
    times = many(Window(5, 4), 7)
    assert (np.diff(times, axis=-1) == 1).all()
    assert set(times[..., 0].ravel()) == set(range(4))


def test_a_window_of_all_frames_fits():
    assert (draw(Window(5, 4), 4) == np.arange(4)).all()


def test_published_halves():
    plan = PublishedPairs(3)
    times = many(plan, 5)
    assert plan.clips == 6
    assert times.shape[1:] == (6, 3)
    critic, own = times[:, :3], times[:, 3:]
    assert (critic[..., 1] == critic[..., 2]).all()  # (i, j, j)
    assert (own[..., 0] == 0).all()  # (0, k, l)
    assert set(own[..., 1].ravel()) == {1, 2, 3, 4}
    for free in (critic[..., 0], critic[..., 1], own[..., 2]):
        assert set(free.ravel()) == {0, 1, 2, 3, 4}
    # One draw for all clips of a half.
    assert (critic == critic[:, :1]).all()
    assert (own == own[:, :1]).all()


def test_published_times_are_independent():
    times = many(PublishedPairs(1), 4, count=2000)
    i, j, k, later = (
        times[:, 0, 0],
        times[:, 0, 1],
        times[:, 1, 1],
        times[:, 1, 2],
    )
    assert np.mean(i == j) == pytest.approx(1 / 4, abs=0.05)
    assert np.mean(k == later) == pytest.approx(1 / 4, abs=0.05)
    for one, two in ((i, k), (j, later)):
        assert abs(np.corrcoef(one, two)[0, 1]) < 0.1


def test_published_pairs_use_the_first_frames():
    assert many(PublishedPairs(2, first_frames=3), 20).max() == 2
    assert many(PublishedPairs(2, first_frames=30), 4).max() == 3


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: type(plan).__name__)
def test_replicas_share_every_row_once(plan):
    shares = [plan.share(part, 3) for part in range(3)]
    rows = np.concatenate(shares)
    assert sorted(rows) == list(range(plan.clips))
    assert len({len(share) for share in shares}) == 1


def test_each_replica_has_a_part_of_each_half():
    for part in range(2):
        rows = PublishedPairs(4).share(part, 2)
        np.testing.assert_array_equal(rows[:2] + 4, rows[2:])
        assert (rows[:2] < 4).all()


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: type(plan).__name__)
def test_an_indivisible_batch_is_refused(plan):
    with pytest.raises(ValueError, match="--batch_size=6 .* 4 replicas"):
        plan.share(0, 4)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: type(plan).__name__)
def test_short_clips_are_refused(plan):
    with pytest.raises(ValueError, match="clips have 1 frames, fewer than"):
        draw(plan, 1)
