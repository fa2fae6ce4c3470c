"""Collects the examples of a dataset, one clip each, in arrays."""

import itertools
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from mipae_tf.data.streams import checked_stream

Example = Mapping[str, Any]


def rows_of(examples: Iterable) -> Iterator[Example]:
    """Examples as mappings; bare videos become `{"video": video}`."""
    if hasattr(examples, "as_numpy_iterator"):
        examples = examples.as_numpy_iterator()
    for example in examples:
        is_mapping = isinstance(example, Mapping)
        yield example if is_mapping else {"video": example}


def count_of(examples: Iterable, name: str) -> int:
    """The number of clips, or -1 if unknown.

    Raises:
        ValueError: if the dataset is infinite.
    """
    if not hasattr(examples, "cardinality"):
        return len(examples) if hasattr(examples, "__len__") else -1
    count = int(examples.cardinality())
    if count == -1:  # tf.data.INFINITE_CARDINALITY
        raise ValueError(
            f"{name} must be finite, got an infinite tf.data.Dataset; use "
            "take(...) or remove repeat()."
        )
    return max(-1, count)


def stream_of(
    rows: Iterable[Example], stream: str, name: str
) -> Iterator[np.ndarray]:
    """Yields one stream of each clip, `[time, ...]`, all of the same shape.

    Args:
        rows: examples.
        stream: one of `STREAMS`.
        name: name of the clips in error messages.

    Raises:
        ValueError: if there is no clip, a clip lacks the stream, or clips
            differ in shape.
    """
    shape = None
    for row in rows:
        if stream not in row:
            raise ValueError(
                f"{name} has elements with the keys "
                f"{', '.join(map(str, row))}; {_described(stream)} must be "
                f"under the key {stream}."
            )
        what = f"{name}: {stream} of a clip"
        array = checked_stream(
            stream, _array(row[stream], stream, name), what, "time"
        )
        if shape not in (None, array.shape):
            raise _differ(f"{name} has clips", shape, array.shape)
        shape = array.shape
        yield array
    if shape is None:
        raise ValueError(f"{name} must contain at least one clip, got none.")


def _described(stream: str) -> str:
    return "the frames" if stream == "video" else "the values"


def _array(value: Any, stream: str, name: str) -> np.ndarray:
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} must have elements that are videos, or mappings with the "
            f"key {stream}, got a {type(value).__name__} that is not an array."
        ) from error


def in_memory(arrays: Iterator[np.ndarray], count: int) -> np.ndarray:
    """One array, filled in place: stacking a list would double the memory."""
    first = next(arrays)
    clip = np.dtype((first.dtype, first.shape))
    return np.fromiter(itertools.chain([first], arrays), clip, count)


def stacked(
    rows: Sequence[Example], name: str, group: str
) -> dict[str, np.ndarray]:
    """Values of all clips by factor, `[clips, ...]`.

    Args:
        rows: for each clip, its values by factor.
        name: name of the clips in error messages.
        group: name of the factors in error messages, such as content.

    Raises:
        ValueError: if a row is not a mapping, or clips differ in their factors
            or in the shapes of values.
    """
    for row in rows:
        if not isinstance(row, Mapping):
            raise ValueError(
                f"{name}: {group} must be a mapping of factors, got "
                f"{type(row).__name__}."
            )
        if row.keys() != rows[0].keys():
            raise ValueError(
                f"{name} has clips with different factors, "
                f"{sorted(rows[0])} and {sorted(row)}; they must be equal."
            )
    found = {}
    for factor in rows[0]:
        values = [np.asarray(row[factor]) for row in rows]
        for one in values:
            if one.shape != values[0].shape:
                what = f"{name} has values of {factor!r}"
                raise _differ(what, values[0].shape, one.shape)
        found[factor] = np.stack(values)
    return found


def _differ(what: str, first: tuple, second: tuple) -> ValueError:
    return ValueError(
        f"{what} of different shapes, {first} and {second}; they must be equal."
    )
