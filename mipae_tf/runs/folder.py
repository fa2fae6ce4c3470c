"""The folder `runs/NAME` and its contents by name."""

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

# Names that stages had in runs of earlier versions.
FORMER_STAGE_NAMES = {"joint": "elbo"}


class RunFolder:
    """Names every file of a run; holds what a run is.

    Args:
        path: the folder; need not exist yet. `~` is the home folder.
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
        """Folder of a stage's checkpoints; kind is newest or best."""
        name = self._former_name(stage) or stage
        return self.path / "checkpoints" / name / kind

    def _former_name(self, stage: str) -> str | None:
        """The name of a stage in this run, where it was another one."""
        former = FORMER_STAGE_NAMES.get(stage)
        if former and (self.path / "checkpoints" / former).exists():
            return former
        return None

    def settings(self) -> RunSettings:
        """What this run is.

        Raises:
            ValueError: when the folder holds no run, a damaged `config.json`,
                or one of a version that this one cannot read.
        """
        if not self.config.is_file():
            raise ValueError(
                f"--run_dir={self.path} holds no run: there is no "
                "config.json; `python -m mipae_tf.train` makes one."
            )
        try:
            return RunSettings.from_json(self.config.read_text())
        except UNREADABLE as error:
            raise ValueError(
                f"{self.config} is damaged, or of no run of this library "
                f"({describe(error)}); restore it from a copy, or name "
                "another folder."
            ) from error

    def as_begun(
        self, settings: RunSettings, given: Collection[str]
    ) -> RunSettings:
        """Settings for going on with a run that may be older than they are.

        The run's `config.json` lacks hyper-parameters that were added to the
        library since. Such a run keeps their defaults, with which it behaves
        as it did, even where the protocol has other values by now.

        Args:
            settings: what is to be trained.
            given: names of the hyper-parameters that the user set.
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
        """Makes the folder this run's, or finds that it is already.

        Args:
            settings: what is to be trained.
            flags: text of the flagfile that repeats the run, if there is one.

        Raises:
            ValueError: when it holds another run, or another process trains
                in it.
        """
        self.refuse_other(settings)
        make_folder(self.path)
        self._lock = (self.path / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ValueError(
                f"--run_dir={self.path} is in use by another training."
            ) from error
        write_file(self.config, settings.to_json())
        if flags:
            write_file(self.flags, flags)

    def release(self) -> None:
        """Lets another process train here."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def append_losses(self, row: dict[str, Any]) -> None:
        """Adds a line to `losses.jsonl`."""
        with self.losses.open("a") as file:
            file.write(json.dumps(row) + "\n")

    def read_losses(self) -> list[dict[str, Any]]:
        """All lines of `losses.jsonl`.

        Raises:
            ValueError: for a line that is none of the trainer's.
        """
        if not self.losses.exists():
            return []
        lines = self.losses.read_bytes().split(b"\n")
        rows = []
        for number, line in enumerate(lines[:-1], start=1):
            try:  # but of the last line, which a crash may have cut short
                row = json.loads(line)
                rows.append({"stage": row["stage"], "step": row["step"], **row})
            except UNREADABLE as error:
                raise ValueError(
                    f"{self.losses} is damaged in line {number} "
                    f"({describe(error)}); remove that line."
                ) from error
        return rows

    def forget_losses_after(self, stage: str, step: int) -> None:
        """Drops lines of steps that will be made again."""
        names = (stage, self._former_name(stage))
        rows = [
            row
            for row in self.read_losses()
            if row["stage"] not in names or row["step"] <= step
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        write_file(self.losses, text)

    def refuse_other(self, settings: RunSettings) -> None:
        """Refuses a folder that cannot become this run's.

        Raises:
            ValueError: when it holds another run, or no run but files that a
                run would overwrite, or is a file.
        """
        if self.path.exists() and not self.path.is_dir():
            raise ValueError(
                f"--run_dir={self.path} is a file; a folder is needed."
            )
        if not self.config.exists():
            self._refuse_files()
            return
        here, wanted = self.settings().identity(), settings.identity()
        names = [n for n in {**here, **wanted} if here.get(n) != wanted.get(n)]
        if names:
            said = "; ".join(
                f"{n} is {here.get(n)} there and {wanted.get(n)} here"
                for n in sorted(names)
            )
            raise ValueError(
                f"--run_dir={self.path} holds another run ({said}); name "
                "another folder or the same settings."
            )

    def _refuse_files(self) -> None:
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
                f"--run_dir={self.path} holds no run, but files that a run "
                f"would overwrite ({', '.join(found)}); name another folder."
            )
