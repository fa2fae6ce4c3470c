import numpy as np
from comparison.run_files import PSNR
from comparison.run_files import flat
from comparison.run_files import write_run

from mipae_tf.comparison.measured_run import read_run
from mipae_tf.comparison.rows import all_rows
from mipae_tf.comparison.rows import comparable_rows
from mipae_tf.comparison.tables.footnotes import Footnotes
from mipae_tf.comparison.tables.metric_table import metric_tables

LEAKS = [f"leak/content_from_pose/{name}" for name in ("a", "b", "c")]


def tables(folder, entries, keys):
    """Tables of a row of all runs, and of a second row of one run."""
    for seed, found in enumerate(entries):
        write_run(folder / f"a{seed}", seed, entries=found, config={})
    other = {"pose_dim": 7}
    write_run(folder / "b0", 0, entries=entries[0], config=other)
    rows = all_rows([read_run(path) for path in sorted(folder.iterdir())])
    (group,) = comparable_rows(rows)
    notes = Footnotes()
    return metric_tables(group, keys, notes), notes.lines()


def test_means_deviations_and_counts(tmp_path):
    levels = [20.0, 21.0, 23.0]
    entries = [
        {PSNR: flat(level), "swap/psnr": flat(level / 10)} for level in levels
    ]
    (table,), notes = tables(tmp_path, entries, [PSNR, "swap/psnr"])
    assert table.head[1:] == [f"{PSNR} ↑", "swap/psnr ↑"]
    sd = np.std(levels, ddof=1)
    assert table.rows[0][1:] == [
        f"21.33 ± {sd:.2f} (3)",
        f"2.133 ± {sd / 10:.3f} (3)",
    ]
    # One seed has no deviation; it is not 0.
    assert table.rows[1][1:] == ["20.00 (1)", "2.000 (1)"]
    assert table.rows[2:] == [
        ["copy_last", "15.00", ""],
        ["blank", "16.00", ""],
    ]
    assert notes == []


def test_absent_metrics_have_reasons_below(tmp_path):
    entries = [
        {PSNR: {"absent": "No error."}},
        {PSNR: flat(20.0), "swap/psnr": {"absent": "No pose."}},
    ]
    (table,), notes = tables(tmp_path, entries, [PSNR, "swap/psnr"])
    assert table.rows[0][1:] == ["20.00 (1) [1]", "absent [2, 3]"]
    assert table.rows[1][1:] == ["absent [1]", "absent [2]"]
    assert notes == [
        "[1] No error.",
        "[2] It was not measured.",
        "[3] No pose.",
    ]


def test_kinds_with_many_metrics_have_separate_tables(tmp_path):
    leak = {"value": 0.5, "chance": 0.25}
    entries = [{PSNR: flat(20.0), **dict.fromkeys(LEAKS, leak)}]
    (first, second), _ = tables(tmp_path, entries, [*LEAKS, PSNR])
    assert first.head[1:] == [f"{PSNR} ↑"] and first.caption == ""
    assert second.head[1:] == ["a ↓", "b ↓", "c ↓"]
    assert second.caption == "leak/content_from_pose"
    assert second.rows[-1] == ["chance", "0.250", "0.250", "0.250"]


def test_judged_forecasts_have_reference_rows(tmp_path):
    keys = [f"judged/forecast/{name}" for name in ("a", "b", "c")]
    error = "position/error/forecast"
    entries = {key: {"value": 0.5} for key in [*keys, error]}
    for name, value in (("copy_last", 0.75), ("real", 0.875)):
        for factor in ("a", "b", "c"):
            entries[f"judged/{name}/{factor}"] = {"value": value}
        entries[f"position/error/{name}"] = {"value": 10 * value}
    (first, second), _ = tables(tmp_path, [entries], [error, *keys])
    assert first.rows[2:] == [["copy_last", "7.500"], ["real", "8.750"]]
    assert second.caption == "judged/forecast"
    assert second.rows[2:] == [
        ["copy_last", "0.750", "0.750", "0.750"],
        ["real", "0.875", "0.875", "0.875"],
    ]
