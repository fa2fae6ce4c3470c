"""Runs grouped into rows by configuration, and rows by protocol."""

import dataclasses
import json
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from mipae_tf.comparison.measured_run import MeasuredRun

# Fields of the protocol that comparable runs must share.
SHARED_FIELDS = (
    "dataset",
    "dataset_fingerprint",
    "split",
    "clips",
    "context",
    "horizon",
    "seed",
)
# Fields that they must share if both have metrics with one of these prefixes.
FIELDS_OF_METRICS = {
    "mig_samples": ("mig/",),
    "drift_steps": ("drift/",),
    "judge": ("judged/", "position/", "drift/kept/", "factors/", "bounce/"),
    "lpips": ("prediction/lpips/",),
    "fvd_embedder": ("prediction/fvd/",),
}


@dataclasses.dataclass(frozen=True)
class Row:
    """Runs that differ in their seed alone.

    Attributes:
        label: model, preset, and the options that distinguish it from other
            rows of its dataset.
        runs: by ascending seed.
    """

    label: str
    runs: tuple[MeasuredRun, ...]

    @property
    def dataset(self) -> str:
        """What its runs were trained on."""
        return str(self.runs[0].configuration["dataset"])

    def having(self, key: str) -> list[MeasuredRun]:
        """The runs for which the metric has a value."""
        return [run for run in self.runs if run.why_absent(key) is None]

    def values(self, key: str) -> np.ndarray:
        """The metric of those runs, float64 `[runs]`."""
        return np.array([run.value(key) for run in self.having(key)])

    def reasons(self, key: str) -> list[str]:
        """Why the other runs lack it, each reason once."""
        reasons = [run.why_absent(key) for run in self.runs]
        return list(dict.fromkeys(r for r in reasons if r is not None))


@dataclasses.dataclass(frozen=True)
class ComparableRows:
    """Rows that were measured on the same clips by the same protocol.

    Attributes:
        protocol: how they were measured.
        rows: in the order in which the runs were named.
    """

    protocol: Mapping[str, Any]
    rows: tuple[Row, ...]

    def keys(self) -> list[str]:
        """Keys of all metrics of any run, in the order of the files."""
        runs = [run for row in self.rows for run in row.runs]
        return list(dict.fromkeys(key for run in runs for key in run.metrics))

    def better(self, key: str) -> str:
        """Which values of the metric are better, `none` where none has one."""
        runs = [run for row in self.rows for run in row.having(key)]
        return runs[0].metrics[key]["better"] if runs else "none"

    def title(self) -> str:
        """A short description of the protocol."""
        get = self.protocol.get
        return (
            f"{get('dataset')}, {get('clips')} {get('split')} clips, context "
            f"{get('context')}, horizon {get('horizon')}"
        )


def all_rows(runs: Sequence[MeasuredRun]) -> list[Row]:
    """One row for each configuration, of all its runs, measured or not."""
    sorted_out: dict[str, list[MeasuredRun]] = {}
    for run in runs:
        key = json.dumps(run.configuration, sort_keys=True, default=str)
        sorted_out.setdefault(key, []).append(run)
    members = list(sorted_out.values())
    labels = _labels([group[0] for group in members])
    return [
        Row(label, tuple(sorted(group, key=_by_seed)))
        for label, group in zip(labels, members, strict=True)
    ]


def comparable_rows(rows: Sequence[Row]) -> list[ComparableRows]:
    """Measured runs of the rows, grouped by protocol.

    Raises:
        ValueError: for two runs of one configuration and one seed.
    """
    groups: list[tuple[dict[str, str], dict[int, list[MeasuredRun]]]] = []
    for number, row in enumerate(rows):
        for run in row.runs:
            if run.protocol is not None:
                _alike(groups, _rules(run)).setdefault(number, []).append(run)
    for _, members in groups:
        for number, runs in members.items():
            _refuse_twins(rows[number].label, runs)
    return [
        ComparableRows(
            _shared([r.protocol for runs in members.values() for r in runs]),
            tuple(Row(rows[n].label, tuple(r)) for n, r in members.items()),
        )
        for _, members in groups
    ]


def _rules(run: MeasuredRun) -> dict[str, str]:
    """Fields of the protocol that the run's metrics depend on."""
    having = [key for key in run.metrics if run.why_absent(key) is None]
    names = [
        name
        for name, prefixes in FIELDS_OF_METRICS.items()
        if any(key.startswith(prefixes) for key in having)
    ]
    return {
        name: str(run.protocol.get(name)) for name in (*SHARED_FIELDS, *names)
    }


def _alike(groups: list[tuple[dict, dict]], rules: dict[str, str]) -> dict:
    """Members of the first group whose fields agree, or of a new group."""
    for known, members in groups:
        if all(known.get(name, rule) == rule for name, rule in rules.items()):
            known.update(rules)
            return members
    groups.append((dict(rules), {}))
    return groups[-1][1]


def differing_options(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Options that differ between rows, with the value in each row."""
    configurations = [row.runs[0].configuration for row in rows]
    return {
        name: [str(c.get(name, "")) for c in configurations]
        for name in dict.fromkeys(n for c in configurations for n in c)
        if len({str(c.get(name, "")) for c in configurations}) > 1
    }


def _by_seed(run: MeasuredRun) -> tuple:
    return run.seed is None, run.seed or 0, str(run.path)


def _labels(runs: Sequence[MeasuredRun]) -> list[str]:
    """Model and preset, and the options that distinguish rows with the same."""
    names = [_name(run) for run in runs]
    labels = []
    for run, name in zip(runs, names, strict=True):
        like = [
            other.configuration
            for other, also in zip(runs, names, strict=True)
            if also == name
            and other.configuration["dataset"] == run.configuration["dataset"]
        ]
        told = [
            f"{option}={value}"
            for option, value in run.configuration.items()
            if len({str(c.get(option)) for c in like}) > 1
        ]
        labels.append(" ".join([name, *told]))
    return labels


def _name(run: MeasuredRun) -> str:
    preset = f" ({run.preset})" if run.preset else ""
    return f"{run.configuration['model']}{preset}"


def _refuse_twins(label: str, runs: Sequence[MeasuredRun]) -> None:
    seen: dict[int, MeasuredRun] = {}
    for run in runs:
        if run.seed is not None and run.seed in seen:
            raise ValueError(
                f"--runs: {seen[run.seed].path} and {run.path} are both "
                f"{label} with seed {run.seed}; name one run of each seed."
            )
        seen[run.seed] = run


def _shared(protocols: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Values that all protocols share; where they differ, all values."""
    shared = {}
    for name in dict.fromkeys(name for p in protocols for name in p):
        values = [p.get(name) for p in protocols]
        alike = all(value == values[0] for value in values)
        shared[name] = values[0] if alike else _list(values)
    return shared


def _list(values: Sequence[Any]) -> str:
    return ", ".join(dict.fromkeys(str(value) for value in values))
