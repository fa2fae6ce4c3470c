"""From `--runs` to runs."""

import glob
import pathlib
from collections.abc import Sequence

from mipae_tf.comparison.measured_run import MeasuredRun
from mipae_tf.comparison.measured_run import read_run


def find_runs(
    patterns: Sequence[str], out: pathlib.Path | None = None
) -> list[MeasuredRun]:
    """Reads all runs that some patterns name.

    Args:
        patterns: globs of folders, in the order in which the runs are to
            stand; a folder that several match counts once.
        out: a folder that is no run although a pattern may match it: where
            an earlier comparison was written.

    Raises:
        ValueError: for no pattern, one that matches no folder, a folder that
            is no run, or a damaged file.
    """
    if not patterns:
        raise ValueError(
            "--runs= is empty; allowed are folders of runs, or globs of them, "
            "such as runs/mipae_*."
        )
    found: dict[pathlib.Path, pathlib.Path] = {}
    for pattern in patterns:
        folders = [
            path
            for path in map(pathlib.Path, sorted(glob.glob(pattern)))
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
