import csv
import json

import numpy as np
import pytest
from comparison.run_files import PSNR
from comparison.run_files import SSIM
from comparison.run_files import errors
from comparison.run_files import flat
from comparison.run_files import write_run
from comparison.run_files import write_unfinished

from mipae_tf.comparison import compare_runs

HARD = errors(99)


@pytest.fixture
def folder(tmp_path):
    """Four seeds of a, four of b with 3 dB less, and one of b not measured."""
    for seed in range(4):
        factor = 1 + 0.02 * seed
        for name, level, config in (("a", 1, {}), ("b", 2, {"pose_dim": 7})):
            write_run(
                tmp_path / f"{name}{seed}",
                seed,
                {PSNR: HARD * level * factor, SSIM: 1 - HARD * level * factor},
                {"swap/psnr": {"absent": "Nothing is drawn."}},
                config=config,
                training=600.0 + 12.0 * seed if name == "a" else None,
            )
    write_unfinished(tmp_path / "b4", 4, {"pose_dim": 7})
    return tmp_path


def runs(folder, *names):
    return [f"{folder}/{name}" for name in names]


def test_writes_markdown_html_and_csv(folder, tmp_path):
    out = tmp_path / "out"
    text = compare_runs(
        runs(folder, "a*", "b*"), out=out, margins=[f"{SSIM}:0.05"]
    )
    assert (out / "compare.md").read_text() == text
    a, b = "mipae (default) pose_dim=5", "mipae (default) pose_dim=7"
    assert "9 runs of 2 configurations" in text
    assert f"| {a} | 19." in text and "(4)" in text
    assert "absent [1]" in text and "[1] Nothing is drawn." in text
    assert f"Against {a}." in text
    assert f"| {PSNR} | {b} | -3.010 |" in text
    assert "0.029 (4 vs 4 seeds)" in text
    assert "shown within ±0.05" in text and "no margin given" in text
    assert f"| {b} | moving_dsprites/quickstart | 5 | 5 | 1 | 20% |" in text
    assert "never measured" in text
    assert (
        f"| {a} | 10.3 ± 0.3 min (4) | 20.6 ± 0.5 min (4) | 5000 | "
        "a processor, 2 cores |" in text
    )
    assert f"| {b} | absent [1, 2] |" in text
    assert "made before training times were recorded." in text
    page = (out / "compare.html").read_text()
    assert b in page and "data:image/png;base64," in page
    assert "-3.010" in page and "A run counts as failed where" in page
    assert "http://" not in page and "https://" not in page
    rows = list(csv.DictReader((out / "compare.csv").open()))
    assert len(rows) == 3 * 8
    values = [float(r["value"]) for r in rows
              if r["configuration"] == a and r["metric"] == PSNR]  # fmt: skip
    first = next(r for r in rows if r["configuration"] == a)
    assert first["n"] == "4" and first["seed"] == "0"
    assert float(first["mean"]) == pytest.approx(np.mean(values))
    assert float(first["sd"]) == pytest.approx(np.std(values, ddof=1))
    absent = [r for r in rows if r["metric"] == "swap/psnr"]
    assert {r["absent"] for r in absent} == {"Nothing is drawn."}
    assert {r["value"] + r["mean"] + r["sd"] for r in absent} == {""}


def test_the_default_page_shows_judged_forecasts(tmp_path):
    entries = {
        "position/error/forecast": {"value": 1.5},
        "judged/forecast/shape_0": {"value": 0.5},
        "judged/forecast/shape_1": {"value": 0.25},
        "judged/real/shape_0": {"value": 0.875},
        "judged/swap_h_y/shape_0": {"value": 0.625},
    }
    write_run(tmp_path / "a", entries=entries)
    text = compare_runs(runs(tmp_path, "a"), out=tmp_path / "out")
    (head,) = [line for line in text.splitlines() if "position/error" in line]
    assert "judged/forecast/shape_0 ↑ | judged/forecast/shape_1 ↑" in head
    assert "swap_h_y" not in text
    assert "| real |" in text and "0.875" in text


def test_one_seed_has_no_deviation_and_no_p(folder, tmp_path):
    text = compare_runs(runs(folder, "a0", "b0"), out=tmp_path / "out")
    row = next(line for line in text.splitlines() if "(1)" in line)
    assert row.startswith("| mipae (default) pose_dim=5 | 19.") and (
        "±" not in row
    )
    assert "clips alone" in text
    assert "1 (1 vs 1 seeds; p < 0.05 needs 4 vs 4)" in text
    assert (
        "1 against 1 seeds give no p; at least 2 against 2 are needed." in text
    )
    rows = csv.DictReader((tmp_path / "out" / "compare.csv").open())
    assert {row["sd"] for row in rows} == {""}


def test_runs_on_other_clips_have_a_separate_table(folder, tmp_path):
    write_run(folder / "c0", 9, {PSNR: HARD}, config={}, clips=41)
    text = compare_runs(runs(folder, "a*", "c*"), out=tmp_path / "out")
    assert "in 2 ways that differ in clips" in text
    assert "## Metrics: 1. " in text and "## Metrics: 2. " in text
    assert "## Differences" not in text
    assert "no two rows share their clips" in text


def test_every_pair_or_one_baseline(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    write_run(folder / "c0", 0, {PSNR: HARD}, config={"pose_dim": 9})
    names, out = runs(folder, "a*", "b*", "c*"), tmp_path / "out"
    label = "mipae (default) pose_dim=9"
    by_label = compare_runs(names, [PSNR], out, baseline=label)
    assert f"Against {label}." in by_label
    by_folder = compare_runs(names, [PSNR], "~/out", baseline="~/c0")
    assert by_folder == by_label
    assert (folder / "out" / "compare.md").read_text() == by_label
    every = compare_runs(names, [PSNR], out, baseline="every")
    assert every.count(f"| {PSNR} | mipae") == 3
    assert f"pose_dim=7 − {label.replace('9', '5')}" in every


def test_metrics_are_chosen_by_key_or_prefix(folder, tmp_path):
    text = compare_runs(
        runs(folder, "a*"), ["prediction/ssim", "swap"], tmp_path
    )
    assert SSIM in text and "swap/psnr" in text and f"| {PSNR}" not in text


def test_runs_without_headline_metrics_show_all_metrics(tmp_path):
    path = write_run(tmp_path / "a", entries={"elbo/bound": flat(-3.0)})
    metrics = json.loads((path / "metrics.json").read_text())
    kept = {k: v for k, v in metrics.items() if "prediction" not in k}
    (path / "metrics.json").write_text(json.dumps(kept))
    assert "elbo/bound" in compare_runs([str(path)], out=tmp_path / "out")


def test_runs_that_were_never_measured_are_reported(folder, tmp_path):
    text = compare_runs(runs(folder, "b4"), out=tmp_path / "out")
    assert "None of them was measured." in text and "100%" in text
    assert "## Protocol" not in text


def test_same_seed_same_numbers(folder, tmp_path):
    names = runs(folder, "a*", "b*")
    first, again, other = (
        compare_runs(names, [PSNR], tmp_path / "out", draws=100, seed=seed)
        for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize(
    "change, message",
    [
        ({"runs": ["{}/z*"]}, r"--runs=.*/z\* matches no folder"),
        ({"metrics": ["fid"]}, "--metrics=fid was not measured.*prediction"),
        ({"metrics": ["pred"]}, "--metrics=pred was not measured"),
        (
            {"margins": [f"{PSNR}:-1"]},
            "--margin=.*:-1 is not a margin; a",
        ),
        ({"margins": [PSNR]}, "--margin=.* is not a margin"),
        ({"margins": [f"{PSNR}:nan"]}, "--margin=.* is not a margin"),
        ({"margins": ["fid:1"]}, "--margin=fid:1 is for no metric.*shown are"),
        (
            {"baseline": "c"},
            "--baseline=c is not a row; allowed are every, m",
        ),
        ({"draws": 10}, "--draws=10 is too small; allowed is 100"),
        ({"out": "{}/a0/metrics.json"}, "--out=.* is a file"),
    ],
)
def test_refuses_and_writes_nothing(folder, tmp_path, change, message):
    def filled(value):
        if isinstance(value, list):
            return [text.format(folder) for text in value]
        return value.format(folder) if isinstance(value, str) else value

    given = {"runs": runs(folder, "a*"), "out": str(tmp_path / "out")}
    given.update({name: filled(value) for name, value in change.items()})
    with pytest.raises(ValueError, match=message):
        compare_runs(**given)
    assert not (tmp_path / "out").exists()
