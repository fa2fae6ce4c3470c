"""Reads the public files of the benchmark: parquet, one row per clip.

Column `x` has the frames of a clip, images with `bytes`; each property has a
column with the index of its value or motion.
"""

import io
import re
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from etils import epath
from mipae_tf.data_builders.dsprites_static.product_config import ProductConfig
from mipae_tf.data_builders.dsprites_static.product_scene import ProductScene
from PIL import Image
from pyarrow import parquet

_PREFIX = {"train": "train", "validation": "val", "test": "test"}
_SHARD = re.compile(r"\w+-(\d{5})-of-(\d{5})\.parquet")
_ROWS = 64  # read at a time
# Published and drawn sprites differ in single pixels of their outlines.
_LEAST_OVERLAP, _LARGEST_DIFFERENCE = 0.9, 8

Files = dict[str, list[epath.Path]]


def find(folder: epath.Path, config: ProductConfig) -> Files:
    """The files of each split, checked to have the columns and enough rows.

    Args:
        folder: Folder with `train-*.parquet`, `val-*.parquet` and
            `test-*.parquet`, or with a folder `data` that has them.
        config: The configuration.

    Raises:
        ValueError: If a file is missing, cannot be read or has other columns,
            or there are too few rows.
    """
    found = {}
    for split, count in config.split_sizes().items():
        pattern = f"{_PREFIX[split]}-*.parquet"
        paths = sorted([*folder.glob(pattern), *folder.glob(f"data/{pattern}")])
        _check_shards(folder, pattern, paths)
        rows = sum(_rows_of(path, config) for path in paths)
        if rows < count:
            raise ValueError(
                f"{paths[0].parent / pattern} has {rows:,} clips, but "
                f"{split}_clips is {count:,}."
            )
        found[split] = paths
    return found


def examples(
    paths: Sequence[epath.Path], scene: ProductScene, split: str, count: int
) -> Iterator[tuple[str, dict]]:
    """The first clips of a split, in the order of the files.

    Raises:
        ValueError: If a file is damaged, or the frames of a clip do not show
            what its labels say.
    """
    index = 0
    for path in paths:
        for row, clip in enumerate(_read(path, scene.config)):
            if index == count:
                return
            where = f"{path}, row {row}"
            yield f"{split}-{index:08d}", _example(clip, scene, where)
            index += 1


def _example(clip: dict, scene: ProductScene, where: str) -> dict:
    properties, time = scene.config.properties, scene.config.num_frames
    choices = [clip[each.column] for each in properties]
    for each, choice in zip(properties, choices, strict=True):
        if choice is None or not 0 <= choice < each.choices:
            raise ValueError(
                f"{where}: {each.column} is {choice} but must be from 0 to "
                f"{each.choices - 1}."
            )
    images = clip["x"] or []
    if len(images) < time:
        raise ValueError(
            f"{where} has {len(images)} frames, but num_frames is {time}."
        )
    video = np.stack([_decode(image, where) for image in images[:time]])
    groups = scene.grouped(scene.values_of(choices))
    drawn, masks = scene.render(**groups)
    if not _alike(video, drawn):
        named = zip(properties, choices, strict=True)
        labels = ", ".join(f"{each.column} {choice}" for each, choice in named)
        raise ValueError(f"{where}: the frames do not show {labels}.")
    masks = video.any(-1, keepdims=True).astype(np.uint8)
    del groups["instance"]
    return {"video": video, "masks": masks, **groups}


def _alike(video: np.ndarray, drawn: np.ndarray) -> bool:
    if video.shape != drawn.shape:
        return False
    seen, wanted = video.any(-1), drawn.any(-1)  # [time, height, width]
    both = seen & wanted
    if both.sum() < _LEAST_OVERLAP * (seen | wanted).sum():
        return False
    difference = np.abs(video[both].astype(int) - drawn[both])
    return difference.mean() <= _LARGEST_DIFFERENCE


def _decode(image: dict | None, where: str) -> np.ndarray:
    """A frame, uint8 `[height, width, 3]`."""
    try:
        with Image.open(io.BytesIO(image["bytes"])) as opened:
            return np.asarray(opened.convert("RGB"))
    except (TypeError, KeyError, OSError, SyntaxError) as error:
        raise ValueError(
            f"{where} has a frame that cannot be read ({error})."
        ) from error


def _read(path: epath.Path, config: ProductConfig) -> Iterator[dict]:
    columns = ["x", *(each.column for each in config.properties)]
    try:
        with path.open("rb") as file:
            table = parquet.ParquetFile(file)
            for batch in table.iter_batches(_ROWS, columns=columns):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, error) from error


def _rows_of(path: epath.Path, config: ProductConfig) -> int:
    try:
        with path.open("rb") as file:
            table = parquet.ParquetFile(file)
            names, rows = table.schema_arrow.names, table.metadata.num_rows
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, error) from error
    needed = {"x", *(each.column for each in config.properties)}
    if lacking := sorted(needed - set(names)):
        raise ValueError(
            f"{path} has no column {', '.join(lacking)}; it has "
            f"{', '.join(names)}."
        )
    return rows


def _damaged(path: epath.Path, error: Exception) -> ValueError:
    reason = str(error).splitlines()[0]
    return ValueError(f"{path} cannot be read ({reason}); get it again.")


def _check_shards(
    folder: epath.Path, pattern: str, paths: Sequence[epath.Path]
) -> None:
    """Checks that all of `NAME-00000-of-00002.parquet` are there."""
    numbers = [_SHARD.fullmatch(path.name) for path in paths]
    if not paths or not all(numbers):
        listed = ", ".join(path.name for path in paths) or "none"
        raise ValueError(
            f"{folder} must have the files {pattern}, such as "
            f"{pattern.replace('*', '00000-of-00001')}, but has {listed}."
        )
    wanted = int(numbers[0][2])
    if [int(n[1]) for n in numbers] != list(range(wanted)):
        raise ValueError(
            f"{folder} has {len(paths)} of the {wanted} files {pattern}; all "
            "are needed, and no other ones."
        )
