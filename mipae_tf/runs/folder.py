"""The folder of a run and its files."""

import dataclasses
import fcntl
import json
import pathlib
from collections.abc import Collection
from typing import Any
from typing import TextIO

from mipae_tf.files import UNREADABLE
from mipae_tf.files import describe
from mipae_tf.files import expand_home
from mipae_tf.files import make_folder
from mipae_tf.files import write_file
from mipae_tf.runs.settings import RunSettings

# Names of stages in runs of earlier versions.
FORMER_STAGE_NAMES = {"joint": "elbo"}


class RunFolder:
    """The folder of a run: paths of its files, settings and losses.

    Args:
        path: the folder, which need not exist yet. `~` is the home folder.
    """

    def __init__(self, path: str | pathlib.Path) -> None:
        self.path = pathlib.Path(expand_home(path))
        self.config = self.path / "config.json"
        self.flags = self.path / "flags.cfg"
        self.losses = self.path / "losses.jsonl"
        self.training = self.path / "training.json"
        self.metrics = self.path / "metrics.json"
        self.logs = self.path / "logs"
        self.per_clip = self.path / "per_clip.npz"
        self.figures = self.path / "figures"
        self.report = self.path / "report.html"
        self.latents = self.path / "latents"
        self.export = self.path / "export"
        self._lock: TextIO | None = None

    def checkpoints(self, stage: str, kind: str) -> pathlib.Path:
        """Folder of the checkpoints of a stage; kind is newest or best."""
        name = self._former_name(stage) or stage
        return self.path / "checkpoints" / name / kind

    def _former_name(self, stage: str) -> str | None:
        """The former name of a stage, if this run uses it."""
        former = FORMER_STAGE_NAMES.get(stage)
        if former and (self.path / "checkpoints" / former).exists():
            return former
        return None

    def settings(self) -> RunSettings:
        """Reads the settings of the run.

        Raises:
            ValueError: if the folder has no `config.json`, or if it is damaged
                or of a version that cannot be read.
        """
        if not self.config.is_file():
            raise ValueError(
                f"--run_dir={self.path} is not a run folder, as it has no "
                "config.json; `python -m mipae_tf.train` creates a run."
            )
        try:
            return RunSettings.from_json(self.config.read_text())
        except UNREADABLE as error:
            raise ValueError(
                f"{self.config} is damaged or not of this library "
                f"({describe(error)}); restore it from a backup, or use "
                "another folder."
            ) from error

    def resumed_settings(
        self, settings: RunSettings, given: Collection[str]
    ) -> RunSettings:
        """Adapts settings to a run that may be older than some options.

        The `config.json` of an older run lacks hyper-parameters that were
        added later. The run keeps their defaults, which do not change its
        behavior, even if the protocol has other values now.

        Args:
            settings: settings of the training.
            given: names of the hyper-parameters given by the user.
        """
        if not self.config.exists() or self.settings().model != settings.model:
            return settings
        run = json.loads(self.config.read_text())
        defaults = {
            field.name: field.default
            for field in dataclasses.fields(settings.config)
            if field.name not in run["config"]
            or field.name in run.get("older_than", ())
        }
        kept = {k: v for k, v in defaults.items() if k not in given}
        config = dataclasses.replace(settings.config, **kept)
        return dataclasses.replace(
            settings, config=config, older_than=tuple(defaults)
        )

    def claim(self, settings: RunSettings, flags: str = "") -> None:
        """Locks the folder and writes the settings.

        Args:
            settings: settings of the run.
            flags: text of the flagfile that repeats the run, if any.

        Raises:
            ValueError: if the folder contains another run, or if another
                process trains in it.
        """
        self.require_same_run(settings)
        make_folder(self.path)
        self._lock = (self.path / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ValueError(
                f"--run_dir={self.path} is used by another training process."
            ) from error
        write_file(self.config, settings.to_json())
        if flags:
            write_file(self.flags, flags)

    def release(self) -> None:
        """Unlocks the folder for other processes."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def append_losses(self, row: dict[str, Any]) -> None:
        """Adds a line to `losses.jsonl`."""
        with self.losses.open("a") as file:
            file.write(json.dumps(row) + "\n")

    def read_losses(self) -> list[dict[str, Any]]:
        """Reads all lines of `losses.jsonl`.

        Raises:
            ValueError: if a line is damaged.
        """
        if not self.losses.exists():
            return []
        lines = self.losses.read_bytes().split(b"\n")
        rows = []
        for number, line in enumerate(lines[:-1], start=1):
            try:  # the last line is ignored, as a crash may have truncated it
                row = json.loads(line)
                rows.append({"stage": row["stage"], "step": row["step"], **row})
            except UNREADABLE as error:
                raise ValueError(
                    f"{self.losses} is damaged in line {number} "
                    f"({describe(error)}); remove that line."
                ) from error
        return rows

    def remove_losses_after(self, stage: str, step: int) -> None:
        """Removes lines of steps that will be repeated."""
        names = (stage, self._former_name(stage))
        rows = [
            row
            for row in self.read_losses()
            if row["stage"] not in names or row["step"] <= step
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        write_file(self.losses, text)

    def require_same_run(self, settings: RunSettings) -> None:
        """Checks that the folder is empty or contains this run.

        Raises:
            ValueError: if it contains another run, or no run but files that a
                run would overwrite, or if it is a file.
        """
        if self.path.exists() and not self.path.is_dir():
            raise ValueError(
                f"--run_dir={self.path} is a file; a folder is needed."
            )
        if not self.config.exists():
            self._require_no_files()
            return
        here, wanted = self.settings().identity(), settings.identity()
        if here["clips"] is None:  # a run of an earlier version
            here["clips"] = wanted["clips"]
        names = [n for n in {**here, **wanted} if here.get(n) != wanted.get(n)]
        if names:
            differences = "; ".join(
                f"{n} is {here.get(n)} there and {wanted.get(n)} here"
                for n in sorted(names)
            )
            raise ValueError(
                f"--run_dir={self.path} contains another run ({differences}); "
                "use another folder or the same settings."
            )

    def _require_no_files(self) -> None:
        ours = (
            self.flags,
            self.losses,
            self.metrics,
            self.per_clip,
            self.report,
        )
        found = [path.name for path in ours if path.exists()]
        if found:
            raise ValueError(
                f"--run_dir={self.path} is not a run folder, but has files "
                f"that a run would overwrite ({', '.join(found)}); use another "
                "folder."
            )
