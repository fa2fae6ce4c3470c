"""The programs as their users meet them: subprocesses, exit codes, messages."""

import gzip
import json
import pathlib

import numpy as np
import pytest

from mipae_tf.visual.animation import write_gif

ROOT = pathlib.Path(__file__).parents[1]

# Program, arguments, what the one sentence must contain.
REFUSED = {
    "model": ("train", ["--model=vae"], "--model=vae", "mipae"),
    "dataset": ("train", ["--dataset=nothing"], "--dataset=nothing", "ours"),
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
        "--bound is no hyper-parameter",
        "adversarial_weight",
    ),
    "pose_dim": ("train", ["--pose_dim=0"], "--pose_dim=0", "1 or more"),
    "batch of one": ("train", ["--batch_size=1"], "--batch_size=1", "2 or"),
    "protocol": ("train", ["--protocol=mine"], "--protocol=mine", "published"),
    "strategy": ("train", ["--strategy=tpu"], "--strategy=tpu", "mirrored"),
    "no number": ("train", ["--width=wide"], "width", "wide"),
    "no flag": ("train", ["quickstart"], "'quickstart' is no flag", "--name"),
    "truncated MNIST": (
        "train",
        ["--dataset=moving_mnist/colour_small", "--manual_dir={broken_mnist}"],
        "train-images-idx3-ubyte.gz: expected",
        "60000",
    ),
    "no run": ("evaluate", ["--run_dir={tmp}/no"], "holds no run", "train"),
    "no run to export": ("export", ["--run_dir={tmp}/no"], "holds no run", ""),
    "metrics": ("evaluate", ["--metrics=fid"], "--metrics=fid", "prediction"),
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
def test_refuses_with_one_sentence(run_program, folders, case):
    program, args, *words = REFUSED[case]
    args = [arg.format(**folders) for arg in args]
    run_dir = folders["tmp"] / case.replace(" ", "_")
    if not any(arg.startswith("--run_dir") for arg in args):
        args.append(f"--run_dir={run_dir}")
    if program == "train":
        args.append(f"--data_dir={folders['tmp'] / 'tfds'}")
    result = run_program(program, *args)
    assert result.code == 1
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stdout + result.stderr
    assert not run_dir.exists()


@pytest.fixture(scope="module")
def trained(run_program, tmp_path_factory):
    """A run of a few steps through the program."""
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


def test_train_leaves_a_whole_run(trained):
    run, _, result = trained
    assert "mipae_tf.evaluate" in result.stdout
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


def test_another_config_is_refused(run_program, trained):
    run, args, _ = trained
    result = run_program("train", *args, "--pose_dim=7")
    assert result.code == 1
    assert "pose_dim is 5 there and 7 here" in result.stderr


def test_context_longer_than_the_clip_is_refused(run_program, trained):
    _, args, _ = trained
    result = run_program("train", *args, "--run_dir=unused", "--context=25")
    assert result.code == 1
    assert "--context=25" in result.stderr and "20 frames" in result.stderr
    assert not pathlib.Path("unused").exists()


def test_evaluate_writes_what_it_prints(run_program, trained):
    run, _, _ = trained
    result = run_program(
        "evaluate",
        f"--run_dir={run}",
        "--clips=20",
        "--mig_samples=200",
        "--metrics=prediction,swap,mig",
    )
    assert result.code == 0, result.stderr
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


def test_predict_refuses_what_is_no_video(run_program, trained, tmp_path):
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


def test_export_counts_versions(run_program, trained):
    run, _, _ = trained
    for version in ("1", "2"):
        result = run_program("export", f"--run_dir={run}")
        assert result.code == 0, result.stderr
        assert (run / "export" / version / "saved_model.pb").exists()


def test_model_help_is_a_table(run_program):
    result = run_program("train", "--model=mipae", "--help")
    assert result.code == 0
    assert "--mi_weight" in result.stdout and "0.0001" in result.stdout
