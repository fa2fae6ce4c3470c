"""Full disks, damaged caches and missing data."""

import errno
import shutil
import subprocess

import numpy as np
import pytest
from models.harness import moving_clips
from models.harness import small_config

from mipae_tf.runs.checkpoints import StageCheckpoints
from mipae_tf.training import TrainingOptions
from mipae_tf.training.job import train_model

pytestmark = pytest.mark.slow

VIDEO = moving_clips(8)
STEPS = {"representation_steps": 9, "dynamics_steps": 6}


def trained(run_dir, **given):
    return train_model(
        run_dir,
        model="mipae",
        hyperparameters=small_config("mipae", **STEPS),
        clips={"train": VIDEO, "validation": VIDEO[:4]},
        options=TrainingOptions(
            steps_per_call=1,
            log_every=3,
            validate_every=3,
            validation_batches=1,
            pictures=False,
        ),
        **given,
    )


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a few megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a tmpfs needs rights that this user lacks")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk):
    """Fills the disk completely."""
    with (disk / "filler").open("wb", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            try:
                while True:
                    if file.write(bytes(size)) < size:
                        break
            except OSError as error:
                assert error.errno == errno.ENOSPC


def same(one, other):
    for mine, theirs in zip(one.variables, other.variables, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_full_disk_loses_nothing_before_the_last_checkpoint(
    small_disk, tmp_path, monkeypatch, capfd
):
    whole = trained(tmp_path / "whole")
    save, run = StageCheckpoints.save, small_disk / "run"

    def save_on_a_full_disk(self):
        if int(self._stage.step.numpy()) == 6:
            fill(small_disk)
        save(self)

    monkeypatch.setattr(StageCheckpoints, "save", save_on_a_full_disk)
    with pytest.raises(
        OSError,
        match="The checkpoint of step 6 cannot be written to .*the last good "
        "one is .*ckpt-3; free some space and run the same command to resume",
    ):
        trained(run)
    monkeypatch.setattr(StageCheckpoints, "save", save)
    (small_disk / "filler").unlink()
    same(trained(run), whole)
    assert "representation resumes from step 3 of 9" in capfd.readouterr().err


def test_a_damaged_latent_cache_is_replaced(tmp_path, capfd):
    whole = trained(tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "checkpoints" / "dynamics")
    for path in (tmp_path / "run" / "latents").iterdir():
        path.write_bytes(path.read_bytes()[:100])
    same(trained(tmp_path / "run"), whole)
    said = capfd.readouterr().err
    assert "train.npz cannot be read and is created again" in said
    assert "validation.npz cannot be read and is created again" in said


def test_nan_latents_stop_training(tmp_path):
    trained(tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "checkpoints" / "dynamics")
    path = tmp_path / "run" / "latents" / "train.npz"
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["pose"][3, 2] = np.nan
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match="^dynamics: .* not finite at step"):
        trained(tmp_path / "run")


def test_nan_clips_are_refused(tmp_path):
    clips = {name: VIDEO / np.float32(255) for name in ("train", "validation")}
    clips["train"][2, 3, 4, 5, 0] = np.nan
    with pytest.raises(ValueError, match="clips train"):
        train_model(tmp_path / "run", clips=clips)
    assert not (tmp_path / "run").exists()


def test_a_dataset_that_is_deleted_during_training(tmp_path, monkeypatch):
    """Clips are in memory, so training is not affected."""
    save, data = StageCheckpoints.save, tmp_path / "tfds"

    def save_without_data(self):
        shutil.rmtree(data, ignore_errors=True)
        save(self)

    monkeypatch.setattr(StageCheckpoints, "save", save_without_data)
    model = train_model(
        tmp_path / "run",
        "moving_dsprites/quickstart",
        hyperparameters=small_config("mipae", **STEPS),
        data_dir=str(data),
        train_clips=20,
        options=TrainingOptions(validate_every=3, pictures=False),
    )
    assert not data.exists()
    assert all(np.isfinite(v).all() for v in model.trainable_variables)
