"""A run in a comparison: its configuration, metrics and per-clip values."""

import dataclasses
import json
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from mipae_tf.comparison.configuration import configuration_of
from mipae_tf.comparison.earlier_files import of_earlier
from mipae_tf.files import UNREADABLE
from mipae_tf.files import describe
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.result import absent
from mipae_tf.runs import RunFolder
from mipae_tf.runs.training_times import UNRECORDED

PER_CLIP = "per_clip.npz"
SOURCES = "sources"  # in it, of clips that have sources
NOT_MEASURED = "It was not measured."


@dataclasses.dataclass(frozen=True)
class MeasuredRun:
    """A run, measured or not.

    Attributes:
        path: its folder, as the user named it.
        configuration: everything that determines what it learns, except the
            seed.
        preset: name of the hyper-parameters it started from, for its label.
        seed: of the run; None where it is unknown.
        metrics: entries of `metrics.json` by key, each with `better` and
            `pooling`; None for a run that was not measured.
        protocol: how they were measured, or None.
        training: time and device of the training, see `training_entry`.
    """

    path: pathlib.Path
    configuration: Mapping[str, Any]
    preset: str
    seed: int | None
    metrics: Mapping[str, Mapping] | None
    protocol: Mapping[str, Any] | None
    training: Mapping[str, Any]

    def why_absent(self, key: str) -> str | None:
        """Why the metric has no value; None where it has one."""
        if self.metrics is None or key not in self.metrics:
            return NOT_MEASURED
        return self.metrics[key].get("absent")

    def value(self, key: str) -> float:
        """The metric of that key.

        Raises:
            AbsentMetric: where it has no value.
        """
        reason = self.why_absent(key)
        if reason is not None:
            raise AbsentMetric(reason)
        return float(self.metrics[key]["value"])

    def is_pooled(self, key: str) -> bool:
        """Whether the metric is a PSNR of squared errors, pooled over clips."""
        return self.metrics[key]["pooling"] == "psnr"

    def per_clip(self, key: str) -> np.ndarray:
        """The values that the metric is pooled from, `[clips, steps]`.

        Raises:
            AbsentMetric: where `per_clip.npz` of the run does not have them.
            ValueError: for a damaged file.
        """
        found = self._array(key)
        if found is None:
            raise AbsentMetric(f"{PER_CLIP} of a run does not hold it.")
        found = np.asarray(found, np.float64)
        if not (found.ndim and found.size and np.isfinite(found).all()):
            raise AbsentMetric(f"{PER_CLIP} of a run holds no finite numbers.")
        return found.reshape(len(found), -1)  # [clips, steps]

    def sources(self, clips: int) -> np.ndarray | None:
        """The source of each of the first clips; None without sources.

        Args:
            clips: number of clips.

        Raises:
            AbsentMetric: without `per_clip.npz`.
            ValueError: for a damaged file.
        """
        found = self._array(SOURCES)
        return None if found is None else found[:clips]

    def _array(self, key: str) -> np.ndarray | None:
        """An array of `per_clip.npz`; None if it does not have it."""
        path = self.path / PER_CLIP
        if not path.is_file():
            raise AbsentMetric(f"A run has no {PER_CLIP}.")
        try:
            with np.load(path) as file:
                return file[key] if key in file.files else None
        except UNREADABLE as error:
            raise _damaged(path, describe(error)) from error


def read_run(path: pathlib.Path) -> MeasuredRun:
    """Reads the folder of a run, or one below `results/`.

    Args:
        path: a folder with `config.json`, or with `metrics.json` and perhaps
            `flags.cfg`.

    Raises:
        ValueError: for a folder that is not a run, or a damaged file.
    """
    folder = RunFolder(path)
    if not (folder.config.is_file() or folder.metrics.is_file()):
        raise ValueError(
            f"--runs: {path} is not a run folder; allowed are folders with "
            "config.json "
            "or metrics.json."
        )
    metrics, protocol = None, None
    training = absent(NOT_MEASURED)
    if folder.metrics.is_file():
        metrics = _read(folder.metrics)
        protocol = metrics.pop("protocol", None)
        training = metrics.pop("training", absent(UNRECORDED))
        _check(folder.metrics, metrics, protocol, training)
        metrics = {k: {**of_earlier(k), **v} for k, v in metrics.items()}
    config = _read(folder.config) if folder.config.is_file() else None
    flags = _text(folder.flags) if folder.flags.is_file() else ""
    named = folder.flags if config is None else folder.config
    try:
        configuration, preset = configuration_of(config, flags, protocol or {})
    except UNREADABLE as error:
        raise _damaged(named, describe(error)) from error
    seed = (protocol or {}).get("run_seed")
    if config is not None:
        seed = config.get("seed")
    return MeasuredRun(
        path, configuration, preset, seed, metrics, protocol, training
    )


def _text(path: pathlib.Path) -> str:
    try:
        return path.read_text()
    except UNREADABLE as error:
        raise _damaged(path, describe(error)) from error


def _read(path: pathlib.Path) -> dict:
    text = _text(path)
    try:
        found = json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        raise _damaged(path, error) from error
    if not isinstance(found, dict):
        raise _damaged(path, f"it holds a {type(found).__name__}, no object")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"it holds {constant}")


def _check(
    path: pathlib.Path, metrics: Mapping, protocol: Any, training: Any
) -> None:
    if not isinstance(protocol, dict) or "model" not in protocol:
        raise _damaged(path, "its protocol names no model")
    for key, entry in metrics.items():
        if not _is_entry(entry):
            raise _damaged(path, f"{key} has neither a value nor a reason")
    if not _is_training(training):
        raise _damaged(path, "training has neither times nor a reason")


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    if "absent" in entry:
        return isinstance(entry["absent"], str)
    steps = entry.get("per_step", [])
    return (
        _is_number(entry.get("value"))
        and isinstance(steps, list)
        and all(map(_is_number, steps))
    )


def _is_training(training: Any) -> bool:
    if not isinstance(training, dict):
        return False
    if "absent" in training:
        return isinstance(training["absent"], str)
    numbers = [training.get(n) for n in ("wall_seconds", "cpu_seconds")]
    return (
        all(map(_is_number, numbers))
        and "steps" in training
        and isinstance(training.get("device"), str)
    )


def _is_number(value: Any) -> bool:
    # Python takes true for a number, JSON does not.
    return isinstance(value, int | float) and not isinstance(value, bool)


def _damaged(path: pathlib.Path, why: object) -> ValueError:
    remedy = "`python -m mipae_tf.evaluate` writes it again"
    if path.name not in ("metrics.json", PER_CLIP):
        remedy = "restore it from a copy, or leave this run out"
    return ValueError(f"--runs: {path} is damaged ({why}); {remedy}.")
