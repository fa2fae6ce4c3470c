import numpy as np
import pytest
from comparison.run_files import ODD
from comparison.run_files import PSNR
from comparison.run_files import SSIM
from comparison.run_files import errors
from comparison.run_files import write_run

from mipae_tf.comparison.difference import paired_difference
from mipae_tf.comparison.measured_run import read_run
from mipae_tf.comparison.rows import Row
from mipae_tf.metrics.absent_metric import AbsentMetric

# The difficulty of the clips is shared by all runs.
DIFFICULTY = errors(99)


def row(folder, label, level, seeds=4, saved=True, spread=0.01):
    factors = 1 + spread * np.arange(seeds)
    runs = []
    for seed in range(seeds):
        values = DIFFICULTY * level * factors[seed]
        similarity = 1 - 10 * values
        path = write_run(
            folder / f"{label}{seed}",
            seed,
            {PSNR: values, SSIM: similarity, ODD: values},
            saved=saved,
        )
        runs.append(read_run(path))
    return Row(label, tuple(runs))


def test_finds_a_known_difference(tmp_path):
    # Twice the squared error is 3.01 dB.
    one, two = row(tmp_path, "one", 1.0), row(tmp_path, "two", 2.0)
    found = paired_difference(PSNR, one, two, 500, 0)
    assert found.value == pytest.approx(10 * np.log10(2))
    low, high = found.interval
    assert low <= found.value <= high and high - low < 0.2
    inner, outer = found.narrower
    assert low <= inner <= outer <= high
    assert found.seeds == (4, 4)
    assert found.p == found.least_p == pytest.approx(2 / 70)
    turned = paired_difference(PSNR, two, one, 500, 0)
    assert turned.value == -found.value
    mean = paired_difference(SSIM, one, two, 500, 0)
    assert mean.interval[0] < mean.value < mean.interval[1]


def test_same_rows_do_not_differ(tmp_path):
    one = row(tmp_path, "one", 1.0)
    found = paired_difference(PSNR, one, one, 500, 0)
    assert found.value == 0 and found.p == 1
    assert found.interval[0] < 0 < found.interval[1]


def test_equivalence_needs_the_interval_within_the_margin(tmp_path):
    one, two = row(tmp_path, "one", 1.0), row(tmp_path, "two", 1.01)
    found = paired_difference(PSNR, one, two, 500, 0)
    low, high = found.narrower
    widest = max(abs(low), abs(high))
    assert found.equivalent(widest * 1.01)
    assert not found.equivalent(widest * 0.99)
    # A difference that is not significant is not an equivalence.
    assert low < 0.04 < high and not found.equivalent(0.001)


def test_one_seed_shows_no_equivalence(tmp_path):
    one, two = row(tmp_path, "one", 1.0, 1), row(tmp_path, "two", 1.0, 4)
    found = paired_difference(PSNR, one, two, 500, 0)
    assert found.interval is not None
    with pytest.raises(AbsentMetric, match="at least 2 seeds .* 1 and 4"):
        found.equivalent(10.0)
    assert found.least_p == pytest.approx(2 / 5)
    assert found.p is None and found.no_p.startswith("1 against 4 seeds")


def test_without_clips_there_is_a_difference_and_no_interval(tmp_path):
    one = row(tmp_path, "one", 1.0)
    two = row(tmp_path, "two", 2.0, saved=False)
    found = paired_difference(PSNR, one, two, 500, 0)
    assert found.value == pytest.approx(10 * np.log10(2))
    assert found.interval is None and found.narrower is None
    assert found.no_interval == "A run has no per_clip.npz."
    assert found.p == pytest.approx(2 / 70)
    with pytest.raises(AbsentMetric, match="no per_clip.npz"):
        found.equivalent(10.0)


def test_per_clip_values_of_another_evaluation_are_not_used(tmp_path):
    one, two = row(tmp_path, "one", 1.0), row(tmp_path, "two", 2.0)
    path = two.runs[0].path / "per_clip.npz"
    np.savez(path, **{PSNR: DIFFICULTY * 3})
    found = paired_difference(PSNR, one, two, 500, 0)
    assert found.interval is None
    assert "one of them is of another evaluation" in found.no_interval


def test_rows_without_the_metric_have_no_difference(tmp_path):
    one, two = row(tmp_path, "one", 1.0), row(tmp_path, "two", 2.0)
    with pytest.raises(AbsentMetric, match="It was not measured"):
        paired_difference("swap/psnr", one, two, 500, 0)


def test_entries_say_how_they_are_pooled(tmp_path):
    one, two = row(tmp_path, "one", 1.0), row(tmp_path, "two", 2.0)
    found = paired_difference(ODD, one, two, 500, 0)
    assert found.value == pytest.approx(10 * np.log10(2))
    low, high = found.interval
    assert low <= found.value <= high and high - low < 0.2


def test_sources_of_clips_are_resampled(tmp_path):
    """Clips that differ between sources alone are as few as the sources."""
    sources = np.arange(40) // 10
    shift = np.repeat([0.8, 0.9, 1.1, 1.2], 10)[:, None]
    rows = {}
    for name, own in (("alone", None), ("shared", sources)):
        sides = []
        for label, values in (("a", DIFFICULTY * shift), ("b", DIFFICULTY)):
            path = write_run(tmp_path / f"{name}_{label}", 0, {PSNR: values})
            if own is not None:
                np.savez(
                    path / "per_clip.npz", **{PSNR: values, "sources": own}
                )
            sides.append(Row(label, (read_run(path),)))
        rows[name] = paired_difference(PSNR, *sides, 500, 0)
    assert np.ptp(rows["shared"].interval) > 2 * np.ptp(rows["alone"].interval)
    two = sources // 2
    np.savez(path / "per_clip.npz", **{PSNR: DIFFICULTY, "sources": two})
    assert sides[1].runs[0].sources(5).tolist() == two[:5].tolist()
    found = paired_difference(PSNR, sides[1], sides[1], 500, 0)
    assert found.interval is None and "at least 3, got 2" in found.no_interval
