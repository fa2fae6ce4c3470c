"""Where the images of a grid come from."""

import dataclasses
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds
from etils import epath
from mipae_tf.data_builders.grids.image_grid import why

Block = tuple[np.ndarray, Sequence[np.ndarray]]
_BATCH = 256  # images of a tfds dataset read at a time


@dataclasses.dataclass(frozen=True)
class Source:
    """All images of a grid, in any order.

    Attributes:
        name: What they are read from, for messages.
        blocks: Some images at a time, uint8
            `[images, height, width, channels]`, and the values of each factor,
            each `[images]`.
    """

    name: str
    blocks: Iterable[Block]


def manual_folder(
    dl_manager: tfds.download.DownloadManager,
) -> epath.Path | None:
    """The manual folder, or None if there is none."""
    try:
        return dl_manager.manual_dir
    except AssertionError:
        return None


def downloaded(
    dl_manager: tfds.download.DownloadManager,
    urls: Mapping[str, str],
    remedy: str,
) -> dict[str, epath.Path]:
    """Downloads files and checks their size and SHA-256.

    Args:
        dl_manager: The download manager.
        urls: File name to address, which must be in `checksums.tsv`.
        remedy: What to do without a network, for the message.

    Returns:
        File name to the downloaded file.

    Raises:
        ValueError: If a file cannot be downloaded or is not the expected one.
    """
    try:
        return dl_manager.download(dict(urls))
    except Exception as error:  # tfds lets the errors of several libraries pass
        raise ValueError(
            f"{', '.join(urls)} cannot be downloaded ({why(error)}); {remedy}."
        ) from error


def tfds_source(
    name: str, data_dir: epath.Path, splits: Sequence[str], keys: Sequence[str]
) -> Source | None:
    """The images of a dataset of tfds that is built already.

    Args:
        name: Name of the dataset. Its feature `image` has the images.
        data_dir: Folder of datasets in which it is searched.
        splits: Splits to read.
        keys: Feature of each factor, in the order of the grid.

    Returns:
        The images, or None if the dataset is not in the folder.
    """
    builder = tfds.builder(name, data_dir=data_dir)
    if not builder.is_prepared():
        return None
    path = str(builder.data_path)
    return Source(path, _tfds_blocks(builder, path, splits, keys))


def _tfds_blocks(builder, path, splits, keys) -> Iterator[Block]:
    wanted = tfds.decode.PartialDecoding(dict.fromkeys(("image", *keys), True))
    try:
        for split in splits:
            batches = builder.as_dataset(
                split=split, batch_size=_BATCH, decoders=wanted
            )
            for batch in tfds.as_numpy(batches):
                yield batch["image"], [batch[key] for key in keys]
    except (tf.errors.OpError, OSError, ValueError) as error:
        raise ValueError(
            f"{path} cannot be read ({why(error)}); build it again."
        ) from error
