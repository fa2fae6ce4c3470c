import numpy as np
import pytest
from comparison.run_files import errors

from mipae_tf.comparison.crossed_bootstrap import crossed_bootstrap
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.frame_quality import pooled_psnr


def bounds(drawn):
    return np.quantile(drawn, [0.025, 0.975])


def world(rng, seeds, clips, offset=0.0, spread=0.1):
    """Scores with random effects of clips, of seeds, and of both."""
    difficulty = rng.normal(0, 1, (clips, 1))
    return [
        [
            difficulty + shift + rng.normal(0, spread)
            + rng.normal(0, 0.2, (clips, 1))
            for _ in range(seeds)
        ]
        for shift in (offset, 0.0)
    ]  # fmt: skip


def test_covers_a_known_difference():
    rng = np.random.default_rng(0)
    covered, widths = 0, []
    for trial in range(60):
        low, high = bounds(
            crossed_bootstrap(*world(rng, 8, 50, 0.3), False, 400, trial)
        )
        covered += low <= 0.3 <= high
        widths.append(high - low)
    # 95 %, a little less with 8 seeds, with the deviation of 60 trials.
    assert 50 <= covered <= 60
    # The effect of the clips, of deviation 1, is shared and cancels out.
    assert np.median(widths) < 0.3


def test_seeds_widen_the_interval():
    rng = np.random.default_rng(1)
    calm, wild = (world(rng, 6, 50, 0.3, spread) for spread in (0.0, 1.0))
    calm, wild = (
        np.ptp(bounds(crossed_bootstrap(*rows, False, 400, 0)))
        for rows in (calm, wild)
    )
    assert wild > 3 * calm


def test_same_runs_differ_by_nothing_on_average():
    runs = [errors(seed) for seed in range(4)]
    drawn = crossed_bootstrap(runs, runs, True, 1000, 0)
    low, high = bounds(drawn)
    assert low < 0 < high
    assert abs(low + high) < 0.2 * (high - low)
    # One run alone: seeds cannot be resampled, and clips are shared.
    alone = crossed_bootstrap(runs[:1], runs[:1], True, 200, 0)
    assert (alone == 0).all()


def test_squared_errors_are_pooled_before_the_logarithm():
    first, second = errors(0, 0.02, clips=200), errors(1, 0.01, clips=200)
    drawn = crossed_bootstrap([first], [second], True, 2000, 0)
    expected = pooled_psnr(first)[1] - pooled_psnr(second)[1]
    assert drawn.mean() == pytest.approx(expected, abs=0.01)
    # The same by resampling the clips themselves.
    rng = np.random.default_rng(2)
    chosen = rng.integers(200, size=(2000, 200))
    direct = pooled_psnr(first[chosen])[1] - pooled_psnr(second[chosen])[1]
    assert bounds(drawn) == pytest.approx(bounds(direct), abs=0.02)


def test_depends_on_the_seed_alone():
    runs = [errors(0)], [errors(1)]
    first, again, other = (
        crossed_bootstrap(*runs, True, 100, seed) for seed in (3, 3, 4)
    )
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_has_no_value_or_refuses():
    with pytest.raises(AbsentMetric, match="numbers of clips: 30, 40"):
        crossed_bootstrap([errors(0)], [errors(1, clips=30)], True, 100, 0)
    with pytest.raises(AbsentMetric, match="One clip alone"):
        crossed_bootstrap([errors(0, clips=1)] * 2, [errors(1, clips=1)],
                          True, 100, 0)  # fmt: skip
    with pytest.raises(AbsentMetric, match="without error"):
        crossed_bootstrap([errors(0)], [0 * errors(1)], True, 100, 0)
    with pytest.raises(ValueError, match="got 1 and 0"):
        crossed_bootstrap([errors(0)], [], True, 100, 0)
