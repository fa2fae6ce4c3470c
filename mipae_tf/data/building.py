"""Builds a dataset and shows the progress."""

import contextlib
import errno
import io
import os
import pathlib
import shutil
import signal
import sys
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

import tensorflow as tf
import tensorflow_datasets as tfds
from tensorflow_datasets.core.utils import tqdm_utils

from mipae_tf.cli.screen import Progress
from mipae_tf.cli.screen import duration
from mipae_tf.cli.screen import progress
from mipae_tf.cli.screen import say
from mipae_tf.cli.screen import say_in_handler
from mipae_tf.data_builders.recorded.recorded_builder import RecordedBuilder
from mipae_tf.data_builders.worlds.clip_builder import ClipBuilder
from mipae_tf.files import expand_home


def build_if_missing(
    builder: tfds.core.DatasetBuilder, manual_dir: str | None = None
) -> None:
    """Generates the dataset in its data folder if it is not there.

    Prints the name and the folder. Builders of this library show one progress
    bar of clips, unless they use Beam; builders of recorded clips show one for
    videos and one for clips of each split, and print what was left out.
    Otherwise tfds shows its own bars, on a terminal.

    Raises:
        ValueError: if there is no room, or as the builder does.
    """
    if builder.is_prepared():
        return
    manual_dir = expand_home(manual_dir) if manual_dir else None
    config = tfds.download.DownloadConfig(manual_dir=manual_dir)
    name, began = builder.info.full_name, time.monotonic()
    name = name.rpartition("/")[0]  # without its version
    say(f"building {name} in {builder.data_dir}")
    folder = pathlib.Path(builder.data_dir)
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        with _stopped_cleanly(), _tfds_quiet(), _counted(builder):
            builder.download_and_prepare(download_config=config)
    except BaseException as error:
        _remove_empty(builder.name, folder, new)
        if reason := _why_not_written(error):
            raise ValueError(
                f"{name} cannot be written to {folder.parent} ({reason}); make "
                "room there, or choose another --data_dir."
            ) from error
        raise
    say(f"built {name} in {duration(time.monotonic() - began)}")


def _why_not_written(error: BaseException | None) -> str | None:
    """What the system says if there is no room on the disk; otherwise None.

    It may be in the error that an error of tfds was raised from.
    """
    if error is None or isinstance(error, ValueError):  # a sentence already
        return None
    for reason in map(os.strerror, (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)):
        if isinstance(error, OSError | tf.errors.OpError):
            if reason in str(error):
                return reason
    return _why_not_written(error.__cause__ or error.__context__)


def _remove_empty(
    name: str, folder: pathlib.Path, new: Sequence[pathlib.Path]
) -> None:
    """Removes the folders that a failed build has made and left empty.

    tfds removes what it has written, but not the folders around it.

    Args:
        name: name of the dataset.
        folder: the folder of its version.
        new: this folder and the parents that did not exist before.
    """
    of_dataset = next(p for p in folder.parents if p.name == name)
    downloads = of_dataset.with_name("downloads")
    if of_dataset in new:
        shutil.rmtree(of_dataset / ".config", ignore_errors=True)
    for each in (downloads / "extracted", downloads, *new):
        with contextlib.suppress(OSError):  # it is not empty, or not there
            each.rmdir()


@contextlib.contextmanager
def _stopped_cleanly() -> Iterator[None]:
    """Lets tfds remove what it has written when SIGTERM ends the process."""

    def stop(number: int, _) -> None:
        say_in_handler("SIGTERM received: removing the unfinished dataset")
        sys.exit(128 + number)

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # only the main thread can handle signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _counted(builder: tfds.core.DatasetBuilder) -> Iterator[None]:
    """Shows the number of generated clips, if the builder reports it."""
    if isinstance(builder, RecordedBuilder):
        builder.say, builder.watch = say, _watched
        yield
        return
    if not isinstance(builder, ClipBuilder) or builder.uses_beam:
        tfds.display_progress_bar(sys.stderr.isatty())
        yield
        return
    with contextlib.ExitStack() as stack:

        def watch(total: int) -> Callable[[], None]:
            shown = Progress("building", total, "clip")
            stack.callback(shown.close, leave=False)
            return shown.update

        builder.watch = watch
        stack.callback(setattr, builder, "watch", None)
        yield


def _watched(items: Sequence, unit: str) -> Iterable:
    return progress(items, "reading" if unit == "video" else "writing", unit)


@contextlib.contextmanager
def _tfds_quiet() -> Iterator[None]:
    """Suppresses the progress bars and the output of tfds."""
    shown = tqdm_utils._active  # there is no public getter
    tfds.display_progress_bar(False)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        tfds.display_progress_bar(shown)
