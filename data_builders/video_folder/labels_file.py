"""Reads `labels.csv`: what is known of each video of a folder."""

import csv
import dataclasses
import math
import pathlib
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence

from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.recorded.recorded_builder import PLACES

FILE_NAME = "labels.csv"
POSE = ":pose"


@dataclasses.dataclass(frozen=True)
class Labels:
    """Labels of videos.

    Attributes:
        factors: declarations, one for each column except the first.
        names: names of the values of each class, by factor.
        values: values by video and factor: an index into `names`, or a number.
        texts: values as in the file, by video and factor.
    """

    factors: tuple[Factor, ...] = ()
    names: Mapping[str, tuple[str, ...]] = dataclasses.field(
        default_factory=dict
    )
    values: Mapping[str, Mapping[str, int | float]] = dataclasses.field(
        default_factory=dict
    )
    texts: Mapping[str, Mapping[str, str]] = dataclasses.field(
        default_factory=dict
    )


def read_labels(folder: pathlib.Path, videos: Collection[str]) -> Labels:
    """Reads the labels of the videos in a folder, if it has any.

    The first column is `file`, a path relative to the folder. Each other column
    is a factor. It is a class if all of its values are integers, or one of them
    is not a number; otherwise a scalar. A column is about content, unless its
    name ends in `:pose`.

    Args:
        folder: folder of the videos.
        videos: names of the videos.

    Raises:
        ValueError: if the file cannot be read, or a row is unknown, missing,
            doubled or incomplete.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return Labels()
    header, *rows = _table(path)
    columns = _columns(path, header)
    texts = _texts(path, columns, rows, videos)
    factors, names = [], {}
    values: dict[str, dict] = {video: {} for video in texts}
    for column in columns:
        name = column.removesuffix(POSE)
        pose = column.endswith(POSE)
        kinds, numbers = _coded([texts[video][name] for video in texts])
        for video, number in zip(texts, numbers, strict=True):
            values[video][name] = number
        if kinds:
            names[name] = kinds
            factors.append(Factor(name, "class", pose, size=len(kinds)))
        else:
            factors.append(Factor(name, "scalar", pose))
    return Labels(tuple(factors), names, values, texts)


def _table(path: pathlib.Path) -> list[tuple[int, list[str]]]:
    """Rows with their line numbers, without empty ones."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True, skipinitialspace=True)
            rows = [
                (reader.line_num, [cell.strip() for cell in row])
                for row in reader
                if any(cell.strip() for cell in row)
            ]
    except (OSError, UnicodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"{path} cannot be read ({reason}).") from error
    if not rows:
        raise ValueError(f"{path} is empty; remove it or add labels.")
    return rows


def _columns(path: pathlib.Path, header: tuple[int, list[str]]) -> list[str]:
    """The columns after the first."""
    first, *columns = header[1]
    if first != "file":
        raise ValueError(
            f"{path} begins with the column {first!r}; its first column must "
            "be file, and columns are separated by commas."
        )
    reserved = {factor.name for factor in PLACES}
    seen = set()
    for column in columns:
        name = column.removesuffix(POSE)
        if not name or name in seen:
            what = f"two columns {name!r}" if name else "a column without name"
            raise ValueError(f"{path} has {what}; names must be unique.")
        if name in reserved or "/" in name:
            raise ValueError(
                f"{path} has a column {name!r}; names must be without a slash "
                f"and not {', '.join(sorted(reserved))}."
            )
        seen.add(name)
    return columns


def _texts(
    path: pathlib.Path,
    columns: Sequence[str],
    rows: Sequence[tuple[int, list[str]]],
    videos: Collection[str],
) -> dict[str, dict[str, str]]:
    """Texts by video and name of the factor."""
    lines: dict[str, int] = {}
    found = {}
    for line, (video, *cells) in rows:
        video = pathlib.PurePosixPath(video.replace("\\", "/")).as_posix()
        place = f"{path}, line {line}:"
        if video not in videos:
            raise ValueError(
                f"{place} there is no video {video!r} in {path.parent}; give "
                "its path relative to that folder."
            )
        if video in lines:
            raise ValueError(
                f"{place} {video!r} has a row already, in line {lines[video]}; "
                "remove one of them."
            )
        if len(cells) != len(columns) or not all(cells):
            raise ValueError(
                f"{place} {video!r} must have a value for each of "
                f"{', '.join(columns) or 'no column'}, got "
                f"{', '.join(cells) or 'none'}."
            )
        lines[video] = line
        names = (column.removesuffix(POSE) for column in columns)
        found[video] = dict(zip(names, cells, strict=True))
    missing = [video for video in videos if video not in found]
    if missing:
        more = f" and {len(missing) - 1} others" if len(missing) > 1 else ""
        raise ValueError(
            f"{path} has no row for {missing[0]}{more}; every video needs one."
        )
    return found


def _coded(
    texts: Sequence[str],
) -> tuple[tuple[str, ...], Sequence[int | float]]:
    """Names of a class, or none for a scalar, and the values."""
    numbers = [_number(text) for text in texts]
    whole = all(isinstance(number, int) for number in numbers)
    if not whole and None not in numbers:
        return (), [float(number) for number in numbers]
    if whole:  # 1 and 01 are the same value
        kinds = sorted(set(numbers))
        return tuple(map(str, kinds)), [kinds.index(n) for n in numbers]
    kinds = sorted(set(texts))
    return tuple(kinds), [kinds.index(text) for text in texts]


def _number(text: str) -> int | float | None:
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        return number if math.isfinite(number) else None
    return None
