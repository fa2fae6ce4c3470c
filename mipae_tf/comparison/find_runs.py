"""Finds the runs that `--runs` names."""

import glob
import os
import pathlib
from collections.abc import Sequence

from mipae_tf.comparison.measured_run import MeasuredRun
from mipae_tf.comparison.measured_run import read_run
from mipae_tf.files import expand_home


def find_runs(
    patterns: Sequence[str], out: pathlib.Path | None = None
) -> list[MeasuredRun]:
    """Reads all runs that match the patterns.

    Args:
        patterns: folders, in the order of the runs. A pattern that is not the
            name of a folder is a glob; one that matches nothing is a list of
            folders and globs, separated by commas. A folder that is named
            twice counts once.
        out: folder of an earlier comparison, which is skipped.

    Raises:
        ValueError: for no pattern, one that matches no folder, a folder that
            is no run, or a damaged file.
    """
    wanted = [part for pattern in patterns for part in _parts(pattern)]
    if not wanted:
        raise ValueError(
            "--runs= is empty; allowed are folders of runs, or globs of them, "
            "such as runs/mipae_*, with commas between them or each with a "
            "--runs of its own."
        )
    found: dict[pathlib.Path, pathlib.Path] = {}
    for pattern in wanted:
        pattern = expand_home(pattern)
        names = [pattern] if os.path.isdir(pattern) else glob.glob(pattern)
        folders = [
            path
            for path in map(pathlib.Path, sorted(names))
            if path.is_dir() and (not out or path.resolve() != out.resolve())
        ]
        if not folders:
            raise ValueError(
                f"--runs={pattern} matches no folder; allowed are folders of "
                "runs, or globs of them."
            )
        for path in folders:
            found.setdefault(path.resolve(), path)
    return [read_run(path) for path in found.values()]


def _parts(pattern: str) -> list[str]:
    """The whole pattern where it matches, else its parts between commas."""
    whole = os.path.expanduser(pattern)
    if os.path.isdir(whole) or glob.glob(whole):
        return [whole]
    parts = [os.path.expanduser(part.strip()) for part in pattern.split(",")]
    return [part for part in parts if part]
