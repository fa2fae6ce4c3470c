"""Where the images of a grid come from."""

import dataclasses
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds
from etils import epath
from mipae_tf.data_builders.source_files import why

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
