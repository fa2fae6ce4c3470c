"""Exit codes, messages and results of the programs."""

import gzip
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from mipae_tf.visual.animation import write_gif

ROOT = pathlib.Path(__file__).parents[1]

# Program, arguments, and words of the error message.
REFUSED = {
    "model": ("train", ["--model=vae"], "--model=vae", "mipae"),
    "dataset": (
        "train",
        ["--dataset=nothing"],
        "--dataset=nothing",
        "in this library",
    ),
    "dataset config": (
        "train",
        ["--dataset=moving_dsprites/nothing"],
        "no config 'nothing'",
        "two_sprites",
    ),
    "bound": ("train", ["--bound=magic"], "--bound=magic", "infonce"),
    "backbone": ("train", ["--backbone=vit"], "--backbone=vit", "dcgan"),
    "foreign flag": (
        "train",
        ["--model=drnet", "--bound=js"],
        "--bound is a hyper-parameter of mipae",
        "not of --model=drnet",
    ),
    "pose_dim": ("train", ["--pose_dim=0"], "--pose_dim=0", "1 to 16384"),
    "batch of one": ("train", ["--batch_size=1"], "--batch_size=1", "2 to"),
    "protocol": ("train", ["--protocol=mine"], "--protocol=mine", "published"),
    "strategy": ("train", ["--strategy=tpu"], "--strategy=tpu", "mirrored"),
    "no number": ("train", ["--width=wide"], "width", "wide"),
    "seed": (
        "train",
        ["--seed=99999999999999999999"],
        "--seed=99999999999999999999 is too large; allowed is 0 to 2147483647",
        "",
    ),
    "threads": (
        "train",
        ["--intra_op_threads=1000000000"],
        "--intra_op_threads=1000000000 is too large",
        "1024",
    ),
    "long GIF": (
        "predict",
        ["--input=a.gif", "--horizon=1000000000"],
        "--horizon=1000000000 is too large for a GIF",
        "2000",
    ),
    "frames": ("export", ["--max_frames=0"], "--max_frames=0 is", "1 to"),
    "no flag": (
        "train",
        ["quickstart"],
        "'quickstart' is not a flag",
        "--name",
    ),
    "truncated MNIST": (
        "train",
        ["--dataset=moving_mnist/colour_small", "--manual_dir={broken_mnist}"],
        "train-images-idx3-ubyte.gz: expected",
        "60000",
    ),
    "no run": (
        "evaluate",
        ["--run_dir={tmp}/no"],
        "is not a run folder",
        "train",
    ),
    "no run to export": (
        "export",
        ["--run_dir={tmp}/no"],
        "is not a run folder",
        "",
    ),
    "metrics": ("evaluate", ["--metrics=fid"], "--metrics=fid", "prediction"),
    "no input": ("predict", [], "--input is missing", "folder"),
    "unknown flag": ("predict", ["--foo=1"], "--foo is not a flag", ""),
    "output": (
        "predict",
        ["--input=a.gif", "--output=forecast.txt"],
        "--output=forecast.txt",
        ".mp4",
    ),
}


def broken_mnist(folder: pathlib.Path) -> pathlib.Path:
    folder.mkdir()
    for name in (
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ):
        (folder / name).write_bytes(gzip.compress(b"\0\0\x08\x03\0\0"))
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("refused")
    return {"tmp": tmp, "broken_mnist": broken_mnist(tmp / "mnist")}


@pytest.mark.parametrize("case", REFUSED)
def test_invalid_arguments_are_refused_in_one_sentence(
    run_program, folders, case
):
    program, args, *words = REFUSED[case]
    args = [arg.format(**folders) for arg in args]
    run_dir = folders["tmp"] / case.replace(" ", "_")
    if not any(arg.startswith("--run_dir") for arg in args):
        args.append(f"--run_dir={run_dir}")
    if program == "train":
        args.append(f"--data_dir={folders['tmp'] / 'tfds'}")
    result = run_program(program, *args)
    assert result.code == 1
    *lines, error = result.stderr.splitlines()
    assert error.startswith("error: ") and not result.stdout
    assert all(line.startswith("building ") for line in lines)
    for word in words:
        assert word in error
    assert not run_dir.exists()


@pytest.fixture(scope="module")
def trained(run_program, tmp_path_factory):
    """A run of a few steps, trained by the program."""
    tmp = tmp_path_factory.mktemp("trained")
    args = [
        f"--flagfile={ROOT / 'configs' / 'quickstart.cfg'}",
        f"--run_dir={tmp / 'run'}",
        f"--data_dir={tmp / 'tfds'}",
        "--width=2",
        "--batch_size=4",
        "--train_clips=40",
        "--representation_steps=4",
        "--dynamics_steps=4",
        "--log_every=2",
        "--validate_every=4",
    ]
    result = run_program("train", *args)
    assert result.code == 0, result.stderr
    return tmp / "run", args, result


def test_train_writes_a_complete_run(trained):
    run, _, result = trained
    assert "mipae_tf.evaluate" in result.stdout
    assert len(result.stdout.splitlines()) <= 15
    allowed = ("building", "built ", "training ", "repr", "dynamics (2 of 2)")
    allowed += ("Forecasts ",)
    for line in result.stderr.splitlines():
        assert line.startswith(allowed), "no bars and no library log lines"
    for name in ("config.json", "flags.cfg", "losses.jsonl", "logs"):
        assert (run / name).exists()
    for stage in ("representation", "dynamics"):
        for kind in ("newest", "best"):
            assert any((run / "checkpoints" / stage / kind).glob("*.index"))
    rows = [json.loads(x) for x in (run / "losses.jsonl").open()]
    assert {row["stage"] for row in rows} == {"representation", "dynamics"}
    assert all(
        "steps_per_second" in r for r in rows if r["group"] == "training"
    )


def test_a_new_process_prints_only_the_error(trained):
    """The log lines of TensorFlow are hidden."""
    _, args, _ = trained
    unset = {"TF_CPP_MIN_LOG_LEVEL", "CUDA_VISIBLE_DEVICES"}
    env = {k: v for k, v in os.environ.items() if k not in unset}
    command = [sys.executable, "-m", "mipae_tf.train", *args, "--context=25"]
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: --context=25")
    assert "20 frames" in done.stderr
    assert done.stderr.count("\n") == 1, "one line"


def test_a_changed_hyperparameter_is_refused(run_program, trained):
    run, args, _ = trained
    result = run_program("train", *args, "--pose_dim=7")
    assert result.code == 1
    assert "pose_dim is 5 there and 7 here" in result.stderr


def test_evaluate_writes_what_it_prints(run_program, trained):
    run, _, _ = trained
    result = run_program(
        "evaluate",
        f"--run_dir={run}",
        "--clips=20",
        "--mig_samples=200",
        "--metrics=prediction,swap,mig",
        "--verbose",
    )
    assert result.code == 0, result.stderr
    assert len(result.stdout.rpartition("\n\n")[2].splitlines()) <= 15
    metrics = json.loads((run / "metrics.json").read_text())
    for row in ("forecast", "copy_last", "blank", "oracle"):
        for measure in ("psnr", "ssim"):
            cell = metrics[f"prediction/{measure}/{row}"]
            assert len(cell["per_step"]) == len(cell["per_step_interval"]) == 10
            assert cell["count"] == 20
        assert row in result.stdout
    assert metrics["protocol"]["clips"] == 20
    for name in ("forecast.gif", "forecast.png", "swap.png", "psnr.png"):
        assert (run / "figures" / name).stat().st_size > 0
    report = (run / "report.html").read_text()
    for told in ("mipae on moving_dsprites", "copy_last", "data:image/gif"):
        assert told in report


def test_predict_writes_gif_and_mp4(run_program, trained, tmp_path):
    run, _, _ = trained
    rng = np.random.default_rng(0)
    write_gif(
        tmp_path / "in.gif", rng.integers(0, 255, (6, 80, 90, 3), np.uint8)
    )
    for kind in ("gif", "mp4"):
        output = tmp_path / f"out.{kind}"
        result = run_program(
            "predict",
            f"--run_dir={run}",
            f"--input={tmp_path / 'in.gif'}",
            f"--output={output}",
            "--horizon=3",
        )
        assert result.code == 0, result.stderr
        assert output.stat().st_size > 0


def test_predict_refuses_a_file_that_is_not_a_video(
    run_program, trained, tmp_path
):
    run, _, _ = trained
    (tmp_path / "notes.mp4").write_text("no video")
    result = run_program(
        "predict",
        f"--run_dir={run}",
        f"--input={tmp_path / 'notes.mp4'}",
        f"--output={tmp_path / 'out.gif'}",
    )
    assert result.code == 1
    assert "--input=" in result.stderr and "Traceback" not in result.stderr
    assert not (tmp_path / "out.gif").exists()


def test_export_numbers_versions(run_program, trained):
    run, _, _ = trained
    for version in ("1", "2"):
        result = run_program("export", f"--run_dir={run}")
        assert result.code == 0, result.stderr
        assert (run / "export" / version / "saved_model.pb").exists()


def test_model_help_is_a_table(run_program):
    result = run_program("train", "--model=mipae", "--help")
    assert result.code == 0
    assert "--mi_weight" in result.stdout and "0.0001" in result.stdout
