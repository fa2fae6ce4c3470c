"""Builds a dataset, with one bar or a few lines for it."""

import contextlib
import io
import sys
import time
from collections.abc import Iterator

import tensorflow_datasets as tfds
from tensorflow_datasets.core.utils import tqdm_utils

from data_builders.common.clip_builder import ClipBuilder
from mipae_tf.console import Progress
from mipae_tf.console import duration
from mipae_tf.console import say


def build_if_missing(
    builder: tfds.core.DatasetBuilder, manual_dir: str | None = None
) -> None:
    """Generates the dataset in its data folder unless it is there.

    Says what is built and where. The clips of our builders are counted; of
    other datasets, tfds shows its own bars, on a terminal.
    """
    if builder.is_prepared():
        return
    config = tfds.download.DownloadConfig(manual_dir=manual_dir)
    name, began = builder.info.full_name, time.monotonic()
    name = name.rpartition("/")[0]  # without its version
    say(f"building {name} in {builder.data_dir}")
    ours = isinstance(builder, ClipBuilder)
    with (
        _tfds_quiet(ours),
        _counted(builder, name) if ours else contextlib.nullcontext(),
    ):
        builder.download_and_prepare(download_config=config)
    say(f"built {name} in {duration(time.monotonic() - began)}")


@contextlib.contextmanager
def _counted(builder: ClipBuilder, name: str) -> Iterator[None]:
    total = sum(builder.builder_config.split_sizes().values())
    shown = Progress(f"building {name}", total, "clip")
    builder.on_clip = shown.update
    try:
        yield
    finally:
        builder.on_clip = None
        shown.close(leave=False)


@contextlib.contextmanager
def _tfds_quiet(ours: bool) -> Iterator[None]:
    """Without what tfds prints, and its bars where ours or none are shown."""
    shown = tqdm_utils._active  # there is no public way to ask
    bars = shown and not ours and sys.stderr.isatty()
    tfds.display_progress_bar(bars)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        tfds.display_progress_bar(shown)
