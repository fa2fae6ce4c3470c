import json

import pytest
from comparison.run_files import PSNR
from comparison.run_files import flat
from comparison.run_files import write_run
from comparison.run_files import write_unfinished

from mipae_tf.comparison.failed_runs import PROBE_MARGIN
from mipae_tf.comparison.failed_runs import why_failed
from mipae_tf.comparison.measured_run import read_run
from mipae_tf.comparison.rows import all_rows
from mipae_tf.comparison.tables.failure_table import failure_tables
from mipae_tf.metrics.absent_metric import AbsentMetric


def judge(path, entries):
    return why_failed(read_run(write_run(path, entries=entries)))


def read(value, chance=0.25, shuffled=0.3):
    return {"value": value, "chance": chance, "shuffled": shuffled}


# Copying scores 15 dB and blank frames 16 dB.
@pytest.mark.parametrize(
    "psnr, reason",
    [
        (16.1, None),
        (16.0, "forecast 16.00 dB, no better than blank 16.00 dB"),
        (15.5, "forecast 15.50 dB, no better than blank 16.00 dB"),
        (14.0, "no better than copy_last 15.00 dB and blank 16.00 dB"),
    ],
)
def test_forecast_must_exceed_both_baselines(tmp_path, psnr, reason):
    found = judge(tmp_path / "a", {PSNR: flat(psnr)})
    assert found is None if reason is None else reason in found


def test_a_training_that_failed_counts_whatever_was_measured(tmp_path):
    """By the criterion of the model; without one, nothing can be said."""
    absent = {PSNR: {"absent": "No forecast."}}
    for name, failure, expected in (
        ("failed", "The critic has won.", "The critic has won."),
        ("fine", None, None),
    ):
        for entries in (absent, {PSNR: flat(20.0)}):
            path = tmp_path / name / str("value" in entries[PSNR])
            write_run(path, entries=entries)
            rows = json.loads((path / "metrics.json").read_text())
            rows["training"] = {"absent": "No times.", "failure": failure}
            (path / "metrics.json").write_text(json.dumps(rows))
            assert why_failed(read_run(path)) == expected
    with pytest.raises(AbsentMetric):
        judge(tmp_path / "unknown", absent)


def test_reads_count_where_no_forecast_was_measured(tmp_path):
    content = "read/content_from_content"
    pose = "read/pose_from_pose"
    high, low = 0.3 + 1.1 * PROBE_MARGIN, 0.3 + 0.9 * PROBE_MARGIN
    good = {
        PSNR: {"absent": "No dynamics."},
        f"{content}/shape": read(low),
        f"{content}/scale": read(high),
        f"{pose}/x": read(0.9, 0.0, -0.1),
        # Reads from all latents and leaks do not count.
        "read/content_from_all/shape": read(0.25),
        "leak/content_from_pose/shape": read(0.25),
    }
    assert judge(tmp_path / "good", good) is None
    no_content = {**good, f"{content}/scale": read(low)}
    reason = judge(tmp_path / "content", no_content)
    assert reason == (
        "no content factor is predicted from the content code better than by "
        "chance"
    )
    no_pose = {**good, f"{pose}/x": read(0.01, 0.0, -0.1)}
    reason = judge(tmp_path / "pose", no_pose)
    assert reason == (
        "no pose factor is predicted from the pose code better than by chance"
    )
    # Where a forecast was measured, reads do not count.
    assert judge(tmp_path / "kept", {**no_pose, PSNR: flat(20.0)}) is None


def test_unfinished_runs_failed_and_runs_without_metrics_are_not_judged(
    tmp_path,
):
    assert why_failed(read_run(write_unfinished(tmp_path / "a"))) == (
        "never measured"
    )
    with pytest.raises(AbsentMetric, match="Neither forecast nor reads"):
        judge(tmp_path / "b", {})


def test_failures_are_counted_by_configuration(tmp_path):
    levels = {0: 20.0, 1: 15.5}
    for seed, level in levels.items():
        write_run(
            tmp_path / str(seed), seed, entries={PSNR: flat(level)}, config={}
        )
    write_unfinished(tmp_path / "2", 2)
    write_run(tmp_path / "3", 3, config={})
    write_run(tmp_path / "4", 4, config={"pose_dim": 7})
    runs = [read_run(tmp_path / str(n)) for n in range(5)]
    counts, which = failure_tables(all_rows(runs))
    assert [row[2:] for row in counts.rows] == [
        ["4", "3", "2", "67%"],
        ["1", "0", "0", "absent"],
    ]
    assert [row[0].split("/")[-1] for row in which.rows] == list("1234")
    assert which.rows[1][-1] == "never measured"
    assert which.rows[2][-1].startswith("not judged")
    assert len(failure_tables(all_rows(runs[:1]))) == 1
