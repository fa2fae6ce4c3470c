"""Opens a tfds dataset of clips by name, and builds it if it is missing."""

import contextlib
import hashlib
import math
import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds
from absl import logging

from mipae_tf.cli.screen import say
from mipae_tf.data.building import build_if_missing
from mipae_tf.data.clip_store import stored_clips
from mipae_tf.data.clips import Clips
from mipae_tf.data.examples import count_of
from mipae_tf.data.examples import in_memory
from mipae_tf.data.examples import rows_of
from mipae_tf.data.examples import stream_of
from mipae_tf.data.sources import some_clips
from mipae_tf.data_builders import all as builders
from mipae_tf.data_builders.factors import GROUPS
from mipae_tf.data_builders.factors import from_metadata
from mipae_tf.data_builders.recorded.geometry import Geometry
from mipae_tf.files import expand_home

# Bytes of videos that are kept in memory unless the user decides.
MOST_IN_MEMORY = 2**30
BUILDERS: dict[str, type[tfds.core.DatasetBuilder]] = {
    name: getattr(builders, name).Builder for name in builders.__all__
}


def open_builder(
    dataset: str, data_dir: str | None = None
) -> tfds.core.DatasetBuilder:
    """Returns the builder of `dataset`, which is `name` or `name/config`.

    Builders of this library have priority over those of tfds, which also has a
    moving_mnist.

    Raises:
        ValueError: if there is no builder or config of that name.
    """
    data_dir = expand_home(data_dir) if data_dir else None
    name, _, config = dataset.partition("/")
    if name in BUILDERS and (
        not config or config in BUILDERS[name].builder_configs
    ):
        return BUILDERS[name](config=config or None, data_dir=data_dir)
    try:
        with _silence():
            return tfds.builder(dataset, data_dir=data_dir, try_gcs=False)
    except (tfds.core.DatasetNotFoundError, ValueError) as error:
        if name in BUILDERS:
            configs = ", ".join(BUILDERS[name].builder_configs)
            raise ValueError(
                f"--dataset={dataset}: {name} has no config {config!r}; it "
                f"has {configs}."
            ) from error
        raise ValueError(
            f"--dataset={dataset}: there is no dataset {name!r} in tfds or in "
            f"this library, which has {', '.join(BUILDERS)}."
        ) from error


def geometry_of_dataset(dataset: str) -> Geometry | None:
    """How the frames of a dataset of this library were made from videos.

    Args:
        dataset: `name` or `name/config`.

    Returns:
        None if the config has no geometry, as in drawn worlds.
    """
    name, _, config = dataset.partition("/")
    configs = BUILDERS[name].builder_configs if name in BUILDERS else {}
    if not config:
        config = next(iter(configs), "")
    return getattr(configs.get(config), "geometry", None)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Suppresses a traceback that tfds logs for a second moving_mnist."""
    verbosity = logging.get_verbosity()
    logging.set_verbosity(logging.FATAL)
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)


def open_clips(
    dataset: str,
    split: str,
    data_dir: str | None = None,
    manual_dir: str | None = None,
    limit: int | None = None,
    clips_dir: str | None = None,
    streams: Sequence[str] = ("video",),
    most_in_memory: int | None = None,
) -> Clips:
    """Decodes one split, in the order in which it was built.

    Factors are declared in the metadata of the dataset; see `Clips` for
    datasets without such a declaration.

    Args:
        dataset: `name` or `name/config`.
        split: train, validation or test.
        data_dir: data folder of tfds; None for its default.
        manual_dir: folder of manually downloaded files.
        limit: return at most that many clips, see `some_clips`.
        clips_dir: folder for decoded clips, which are then memory-mapped; None
            to keep them in memory.
        streams: streams to decode now, besides `video`; `Clips.with_streams`
            decodes others later.
        most_in_memory: without `clips_dir`, videos of more bytes than this are
            memory-mapped from the folder of `decoded_clips_dir`.

    Raises:
        ValueError: if the dataset, the split or a stream does not exist.
    """
    builder = open_builder(dataset, data_dir)
    _require_streams(dataset, builder, ("video", *streams))
    build_if_missing(builder, manual_dir)
    if split not in builder.info.splits:
        raise ValueError(
            f"--dataset={dataset} has no split {split!r}; it has "
            f"{', '.join(builder.info.splits)}."
        )
    name, factors = f"{dataset} {split}", from_metadata(builder.info.metadata)
    wanted, size = split, builder.info.splits[split].num_examples
    # A choice over sources needs all clips.
    from_first = not any(factor.kind == "source" for factor in factors)
    if from_first and limit is not None and limit < size:
        wanted = f"{split}[:{limit}]"

    if clips_dir is None and most_in_memory is not None:
        count = size if wanted == split else limit
        clips_dir = decoded_clips_dir(
            builder, f"the clips of {name}", count, most_in_memory
        )

    def examples(names: Sequence[str]) -> tf.data.Dataset:
        _require_streams(dataset, builder, names)
        return _examples(builder, wanted, names)

    def read(names: Sequence[str]) -> dict[str, np.ndarray]:
        return {
            stream: in_memory(
                stream_of(rows_of(made), stream, name), count_of(made, name)
            )
            for stream, made in ((each, examples((each,))) for each in names)
        }

    if clips_dir is None:
        clips = Clips.from_examples(
            examples(("video",)), factors, name, reader=read
        )
    else:
        root = pathlib.Path(expand_home(clips_dir))
        folder = root / _stored_as(builder, wanted)
        clips = stored_clips(folder, examples, factors, name)
    return some_clips(clips.with_streams(streams), limit)


def decoded_clips_dir(
    builder: tfds.core.DatasetBuilder,
    name: str,
    count: int,
    most_in_memory: int,
) -> str | None:
    """Folder for decoded clips that take too much memory; says that.

    Args:
        builder: of the dataset, which is built.
        name: name of the clips, for the message.
        count: number of clips.
        most_in_memory: bytes of their videos that are no reason yet.

    Returns:
        `decoded_clips` in the data folder; None if memory suffices.
    """
    shape = builder.info.features["video"].shape
    size = 0 if None in shape else count * math.prod(shape)
    if size <= most_in_memory:
        return None
    folder = pathlib.Path(builder.data_dir).parents[2] / "decoded_clips"
    say(
        f"{name} take {size / 2**30:.1f} GiB; they are memory-mapped from "
        f"{folder}"
    )
    return str(folder)


def _require_streams(
    dataset: str, builder: tfds.core.DatasetBuilder, names: Sequence[str]
) -> None:
    features = builder.info.features or {}
    for name in names:
        if name not in features:
            raise ValueError(
                f"--dataset={dataset} has no feature {name!r}; its features "
                f"are {', '.join(features or ['none'])}."
            )


def _examples(
    builder: tfds.core.DatasetBuilder, split: str, streams: Sequence[str]
) -> tf.data.Dataset:
    """Examples with these streams, decoded, and the values of the factors."""
    # Auto-caching would keep every clip in memory twice.
    read_config = tfds.ReadConfig(
        try_autocache=False, interleave_cycle_length=1
    )
    wanted = {name: True for name in streams}
    wanted |= {name: True for name in GROUPS if name in builder.info.features}
    return builder.as_dataset(
        split=split,
        shuffle_files=False,
        read_config=read_config,
        decoders=tfds.decode.PartialDecoding(wanted),
    )


def _stored_as(builder: tfds.core.DatasetBuilder, split: str) -> str:
    """A folder name that changes when the dataset is built again."""
    info = pathlib.Path(builder.data_dir) / "dataset_info.json"
    key = f"{split} {info.stat().st_mtime_ns} {info.read_text()}"
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    return f"{builder.info.full_name.replace('/', '-')}-{digest}"
