import json
import pathlib

import numpy as np
import pytest
from comparison.run_files import PSNR
from comparison.run_files import SSIM
from comparison.run_files import errors
from comparison.run_files import write_run
from comparison.run_files import write_unfinished

from mipae_tf.comparison.measured_run import read_run
from mipae_tf.metrics.absent_metric import AbsentMetric


def test_reads_metrics_clips_and_configuration(tmp_path):
    values = errors(0)
    run = read_run(
        write_run(
            tmp_path / "a",
            3,
            {PSNR: values},
            {SSIM: {"absent": "Too small."}},
            config={"pose_dim": 7},
        )
    )
    assert run.seed == 3 and run.configuration["pose_dim"] == 7
    assert run.protocol["run_seed"] == 3 and "protocol" not in run.metrics
    assert run.value(PSNR) == pytest.approx(20, abs=0.5)
    assert np.array_equal(run.per_clip(PSNR), values)
    assert run.why_absent(PSNR) is None
    assert run.why_absent(SSIM) == "Too small."
    assert run.why_absent("swap/psnr") == "It was not measured."
    with pytest.raises(AbsentMetric, match="Too small"):
        run.value(SSIM)


def test_per_clip_values_are_absent_with_a_reason(tmp_path):
    bare = read_run(write_run(tmp_path / "a", 0, {PSNR: errors(0)}, saved=0))
    with pytest.raises(AbsentMetric, match="no per_clip.npz"):
        bare.per_clip(PSNR)
    broken = {PSNR: errors(0), "swap/psnr": errors(0)[:, 0]}
    path = write_run(tmp_path / "b", 0, {PSNR: errors(0)})
    broken[PSNR][0] = np.nan
    np.savez(path / "per_clip.npz", **broken)
    run = read_run(path)
    assert run.per_clip("swap/psnr").shape == (40, 1)
    with pytest.raises(AbsentMetric, match="no finite numbers"):
        run.per_clip(PSNR)
    with pytest.raises(AbsentMetric, match="does not hold it"):
        run.per_clip(SSIM)


def test_files_of_earlier_versions_are_completed(tmp_path):
    """Their entries lack `better` and `pooling`."""
    old = {
        "prediction/psnr/forecast_best": ("higher", True),
        "prediction/ssim_uint8_7x7/blank": ("higher", False),
        "prediction/mae/forecast": ("lower", False),
        "swap/psnr": ("higher", True),
        "memory/psnr/truth": ("none", True),
        "leak/pose_from_content_linear/x_0": ("lower", False),
        "drift/motion": ("none", False),
    }
    entries = {key: {"value": 1.0} for key in old}
    said = {"value": 1.0, "better": "lower", "pooling": "psnr"}
    entries["drift/kept/q7"] = said
    run = read_run(write_run(tmp_path / "a", entries=entries))
    for key, (better, pooled) in old.items():
        assert run.metrics[key]["better"] == better, key
        assert run.is_pooled(key) is pooled, key
    # Fields of the file are kept.
    assert run.metrics["drift/kept/q7"] == said


def test_files_in_results_are_read():
    """All of them were written by earlier versions."""
    results = pathlib.Path(__file__).parents[2] / "results"
    paths = list(results.rglob("metrics.json"))
    assert paths
    for path in paths:
        run = read_run(path.parent)
        pooled = {key for key in run.metrics if run.is_pooled(key)}
        assert pooled == {k for k in run.metrics if "psnr" in k.split("/")}


def test_unfinished_runs_are_runs(tmp_path):
    run = read_run(write_unfinished(tmp_path / "a", 2))
    assert run.metrics is None and run.protocol is None and run.seed == 2
    assert run.why_absent(PSNR) == "It was not measured."


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("metrics.json", "{", "metrics.json is damaged"),
        ("metrics.json", "[]", "holds a list, no object"),
        ("metrics.json", "{}", "its protocol names no model"),
        ("metrics.json", '{"a": {"value": NaN}}', "holds NaN"),
        (
            "metrics.json",
            '{"a": {}, "protocol": {"model": "mipae"}}',
            "a has neither a value nor a reason",
        ),
        (
            "metrics.json",
            '{"a": {"value": true}, "protocol": {"model": "mipae"}}',
            "a has neither a value nor a reason",
        ),
        (
            "metrics.json",
            '{"training": {"steps": 3}, "protocol": {"model": "mipae"}}',
            "training has neither times nor a reason",
        ),
        ("config.json", "{}", "config.json is damaged .it lacks 'model'"),
        ("config.json", '{"model": 3}', "config.json is damaged"),
        ("config.json", "", "config.json is damaged .* restore it from a copy"),
        ("config.json", '{"model": "mipae", "config": []}', "is damaged"),
        ("metrics.json", "", "metrics.json is damaged .* writes it again"),
        ("metrics.json", "\udcff", "metrics.json is damaged .it is not text"),
        ("per_clip.npz", "", "per_clip.npz is damaged"),
        ("per_clip.npz", "no archive", "per_clip.npz is damaged"),
    ],
)
def test_refuses_damaged_files(tmp_path, name, text, message):
    path = write_run(tmp_path / "a", 0, {PSNR: errors(0)}, config={})
    (path / name).write_text(text, errors="surrogateescape")
    with pytest.raises(ValueError, match=message) as caught:
        read_run(path).per_clip(PSNR)
    assert str(path) in str(caught.value)
    assert not isinstance(caught.value, AbsentMetric)


def test_refuses_damaged_flags(tmp_path):
    path = write_run(tmp_path / "a")
    for data in (b"--model=mipae\n--pose_dim=wide\n", b"\x89PNG\xff"):
        (path / "flags.cfg").write_bytes(data)
        with pytest.raises(ValueError, match="flags.cfg is damaged"):
            read_run(path)


def test_refuses_folders_that_are_no_runs(tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.json").write_text(json.dumps({}))
    with pytest.raises(ValueError, match="notes is not a run folder; allowed"):
        read_run(tmp_path / "notes")
