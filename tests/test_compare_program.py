"""Tests of `python -m mipae_tf.compare`."""

import pytest
from comparison.run_files import PSNR
from comparison.run_files import errors
from comparison.run_files import write_run


def test_prints_and_writes_the_tables(run_program, tmp_path):
    for seed in range(2):
        for name, config in (("a", {}), ("b", {"pose_dim": 7})):
            values = {PSNR: errors(seed, 0.01 if name == "a" else 0.02)}
            write_run(tmp_path / f"{name}{seed}", seed, values, config=config)
    out = tmp_path / "out"
    result = run_program(
        "compare",
        f"--runs={tmp_path}/a*",
        f"--runs={tmp_path}/b0,{tmp_path}/b1",
        f"--out={out}",
        f"--margin={PSNR}:0.5",
        "--margin=prediction/psnr/blank:1",
        "--metrics=prediction/psnr",
    )
    assert result.code == 0, result.stderr
    assert (out / "compare.md").read_text() in result.stdout
    assert f"Written: {out}/compare.html" in result.stdout
    assert "not shown within ±0.5" in result.stdout
    assert (out / "compare.csv").exists()


@pytest.mark.parametrize(
    "args, words",
    [
        (["--runs={}/z*"], ("--runs=", "matches no folder")),
        ([], ("--runs= is empty", "globs")),
        (["--runs={}/notes"], ("notes is not a run", "config.json")),
        (["--runs={}/a", "--metrics=fid"], ("--metrics=fid", "prediction")),
        (["--runs={}/a", "--draws=1"], ("draws", "100")),
        (["--runs={}/broken"], ("metrics.json is damaged", "evaluate")),
    ],
)
def test_invalid_arguments_are_refused_in_one_sentence(
    run_program, tmp_path, args, words
):
    write_run(tmp_path / "a", 0, {PSNR: errors(0)})
    write_run(tmp_path / "broken")
    (tmp_path / "broken" / "metrics.json").write_text('{"cut')
    (tmp_path / "notes").mkdir()
    out = tmp_path / "out"
    args = [arg.format(tmp_path) for arg in args]
    result = run_program("compare", *args, f"--out={out}")
    assert result.code == 1
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stdout + result.stderr
    assert not out.exists()
