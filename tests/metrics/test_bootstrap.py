import numpy as np
import pytest

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.bootstrap import bootstrap_interval
from mipae_tf.metrics.frames.frame_quality import pooled_psnr


def mean(values):
    return values.mean(axis=(-2, -1))


def test_the_interval_covers_the_mean():
    generator = np.random.default_rng(0)
    covered = 0
    for trial in range(200):
        clips = generator.normal(3, 1, size=(60, 1)) + np.zeros((60, 4))
        low, high = bootstrap_interval(mean, clips, seed=trial, draws=400)
        covered += low <= 3 <= high
    assert 0.89 < covered / 200 < 0.99


def test_the_interval_of_psnr():
    errors = np.random.default_rng(0).gamma(2, 0.01, size=(100, 10))
    low, high = bootstrap_interval(lambda e: pooled_psnr(e)[1], errors, seed=0)
    value = pooled_psnr(errors)[1]
    assert value - 1 < low < value < high < value + 1
    # Steps of a clip are drawn together: copies of a step add no certainty.
    copies = np.repeat(errors[:, :1], 10, axis=1)
    wide = bootstrap_interval(lambda e: pooled_psnr(e)[1], copies, seed=0)
    assert wide[1] - wide[0] > 2 * (high - low)


def test_the_interval_depends_only_on_the_seed(monkeypatch):
    values = np.random.default_rng(0).normal(size=(30, 2))
    expected = bootstrap_interval(mean, values, seed=4)
    assert bootstrap_interval(mean, values, seed=5) != expected
    monkeypatch.setattr("mipae_tf.metrics.bootstrap.RESAMPLED_VALUES", 1000)
    assert bootstrap_interval(mean, values, seed=4) == expected


def test_an_interval_needs_clips():
    with pytest.raises(AbsentMetric, match="at least 2, got 1"):
        bootstrap_interval(mean, np.ones((1, 3)), seed=0)
    with pytest.raises(ValueError, match="at least one"):
        bootstrap_interval(mean, np.ones((0, 3)), seed=0)


def test_sources_are_resampled_with_all_their_clips():
    """Copies of a clip in its source add no certainty."""
    values = np.random.default_rng(0).normal(size=(40, 2))
    sources = np.arange(40)
    narrow = np.diff(
        bootstrap_interval(mean, values, seed=0, draws=4000, sources=sources)
    )
    plain = np.diff(bootstrap_interval(mean, values, seed=0, draws=4000))
    assert narrow == pytest.approx(plain, rel=0.05)
    copies, of_copies = values.repeat(9, axis=0), sources.repeat(9)
    again = bootstrap_interval(mean, copies, seed=0, sources=of_copies)
    alone = bootstrap_interval(mean, values, seed=0, sources=sources)
    assert again == pytest.approx(alone)


def test_sources_of_unequal_size_are_weighted_by_their_clips():
    """As in resampling by hand."""
    values = np.array([1.0, 1, 1, 5, 9])[:, None]
    sources = np.array([4, 4, 4, 1, 0])
    seen = []

    def record(draws):
        seen.append(draws)
        return mean(draws)

    bootstrap_interval(record, values, seed=0, sources=sources)
    members = [values[sources == s, 0] for s in (4, 1, 0)]
    possible = {
        round(np.concatenate([members[i] for i in pick]).mean(), 9)
        for pick in np.ndindex(3, 3, 3)
    }
    assert {round(x, 9) for x in seen[0].ravel()} == possible


def test_an_interval_needs_three_sources():
    with pytest.raises(AbsentMetric, match="at least 3, got 2"):
        bootstrap_interval(
            mean, np.ones((6, 1)), seed=0, sources=np.arange(6) % 2
        )
