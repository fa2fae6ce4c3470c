"""Hyper-parameters and results of a run, for TensorBoard's HParams page.

Both are in `logs/hparams`, apart from the losses, so that the table of several
runs has one line for each run and its results alone as columns.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any

import tensorflow as tf
from tensorboard.plugins.hparams import api

from mipae_tf.runs import RunFolder
from mipae_tf.training.summary import best_validation


def write_hyperparameters(folder: RunFolder, values: Mapping[str, Any]) -> None:
    """Writes hyper-parameters under the name of the run.

    Args:
        folder: the folder of the run.
        values: values by name; those that are None are left out.
    """
    plain = {
        name: value if isinstance(value, bool | int | float) else str(value)
        for name, value in values.items()
        if value is not None
    }
    with _written(folder):
        api.hparams(plain, trial_id=folder.path.resolve().name)


def write_results(
    folder: RunFolder, psnr: Mapping[str, float], step: int
) -> None:
    """Writes the best validation loss of each stage and PSNR of forecasts.

    Args:
        folder: the folder of the run.
        psnr: `forecast_psnr` and `copy_last_psnr` in dB; may be empty.
        step: the last training step.
    """
    results = {
        f"best_validation_loss/{stage}": row["loss"]
        for stage, row in best_validation(folder.read_losses()).items()
    } | dict(psnr)
    if psnr:
        gain = psnr["forecast_psnr"] - psnr["copy_last_psnr"]
        results["forecast_gain"] = gain
    with _written(folder):
        for name, value in results.items():
            tf.summary.scalar(name, value, step)


@contextmanager
def _written(folder: RunFolder) -> Iterator[None]:
    writer = tf.summary.create_file_writer(str(folder.logs / "hparams"))
    with writer.as_default():
        yield
    writer.close()
