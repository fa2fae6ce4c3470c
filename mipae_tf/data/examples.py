"""From examples, one clip at a time, to arrays of all clips."""

import itertools
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from mipae_tf.data.streams import check_stream

Example = Mapping[str, Any]


def rows_of(examples: Iterable) -> Iterator[Example]:
    """Examples as mappings; bare videos become `{"video": video}`."""
    if hasattr(examples, "as_numpy_iterator"):
        examples = examples.as_numpy_iterator()
    for example in examples:
        is_mapping = isinstance(example, Mapping)
        yield example if is_mapping else {"video": example}


def count_of(examples: Iterable) -> int:
    """The number of clips, -1 where it is not known."""
    if hasattr(examples, "cardinality"):
        return max(-1, int(examples.cardinality()))
    return len(examples) if hasattr(examples, "__len__") else -1


def stream_of(
    rows: Iterable[Example], stream: str, name: str
) -> Iterator[np.ndarray]:
    """One stream of each clip, `[time, ...]`, all of one shape.

    Args:
        rows: examples.
        stream: of `STREAMS`.
        name: what messages call the clips.

    Raises:
        ValueError: when there is no clip, a clip lacks the stream, or clips
            differ in shape.
    """
    shape = None
    for row in rows:
        if stream not in row:
            raise ValueError(
                f"{name} holds a clip without {stream}; it has "
                f"{', '.join(row)}."
            )
        array = np.asarray(row[stream])
        check_stream(stream, array, f"{name}: {stream} of a clip", "time")
        if shape not in (None, array.shape):
            raise _differ(f"{name} holds clips", shape, array.shape)
        shape = array.shape
        yield array
    if shape is None:
        raise ValueError(f"{name} holds no clip.")


def in_memory(arrays: Iterator[np.ndarray], count: int) -> np.ndarray:
    """One array, filled in place: a list of clips would be held beside it."""
    first = next(arrays)
    clip = np.dtype((first.dtype, first.shape))
    return np.fromiter(itertools.chain([first], arrays), clip, count)


def stacked(rows: Sequence[Example], name: str) -> dict[str, np.ndarray]:
    """Values of all clips by factor, `[clips, ...]`.

    Args:
        rows: values of one clip each, by factor.
        name: what messages call the clips.

    Raises:
        ValueError: clips with other factors, or values of other shapes.
    """
    for row in rows:
        if row.keys() != rows[0].keys():
            raise ValueError(
                f"{name} holds clips with different factors, "
                f"{sorted(rows[0])} and {sorted(row)}; they must be equal."
            )
    found = {}
    for factor in rows[0]:
        values = [np.asarray(row[factor]) for row in rows]
        for one in values:
            if one.shape != values[0].shape:
                what = f"{name} holds values of {factor!r}"
                raise _differ(what, values[0].shape, one.shape)
        found[factor] = np.stack(values)
    return found


def _differ(what: str, first: tuple, second: tuple) -> ValueError:
    return ValueError(
        f"{what} of different shapes, {first} and {second}; they must be equal."
    )
