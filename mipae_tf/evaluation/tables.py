"""Metrics of one group as tables of a page."""

from collections.abc import Mapping

from mipae_tf.visual.html_page import Table

# Fields of an entry beside its value that get a column of their own.
BESIDE = ("chance", "count")
# Columns that follow those of the frames ahead.
ENDS = ("mean", "95 % interval")


def tables_of(rows: Mapping[str, Mapping]) -> list[Table]:
    """Tables of entries that have a value.

    Entries with values per step become one line each, step by step. Of the
    others, `group/name/row` become a table of rows and names, those with the
    same rows together; `group/name` become a list.
    """
    stepped = {k: v for k, v in rows.items() if "per_step" in v}
    others = {k: v for k, v in rows.items() if k not in stepped}
    short = {k: v for k, v in others.items() if k.count("/") == 1}
    long = {k: v for k, v in others.items() if k not in short}
    return [*_by_step(stepped), *_lists(short), *_crossed(long)]


def _by_step(rows: Mapping[str, Mapping]) -> list[Table]:
    kinds: dict[tuple, list] = {}
    for key, row in rows.items():
        steps = row.get("steps", range(1, len(row["per_step"]) + 1))
        name = key.rpartition("/")[0]
        kinds.setdefault((name, *steps), []).append((key, row))
    return [
        Table(
            (
                f"{name}, frames ahead",
                *map(str, steps),
                "mean",
                "95 % interval",
            ),
            [_stepped(key, row) for key, row in members],
        )
        for (name, *steps), members in kinds.items()
    ]


def _stepped(key: str, row: Mapping) -> tuple[str, ...]:
    values = [_number(value) for value in row["per_step"]]
    return (
        key.rpartition("/")[2],
        *values,
        _number(row["value"]),
        _interval(row),
    )


def _lists(rows: Mapping[str, Mapping]) -> list[Table]:
    if not rows:
        return []
    lines = [
        (key, _number(row["value"]), _interval(row), str(row.get("count", "")))
        for key, row in rows.items()
    ]
    return [Table(("", "value", "95 % interval", "count"), lines)]


def _crossed(rows: Mapping[str, Mapping]) -> list[Table]:
    names: dict[str, dict[str, Mapping]] = {}
    for key, row in rows.items():
        name, _, last = key.rpartition("/")
        names.setdefault(name, {})[last] = row
    # Side by side stand names of the same rows, at the same chance levels.
    alike: dict[tuple, list[str]] = {}
    for name, members in names.items():
        rows = tuple((line, row.get("chance")) for line, row in members.items())
        alike.setdefault(rows, []).append(name)
    return [
        _cross([line for line, _ in rows], columns, names)
        for rows, columns in alike.items()
    ]


def _cross(lines, columns, names) -> Table:
    """Rows by name; what is beside a value is that of the last column.

    The longer side stands upright, unless chance levels go with the rows.
    """
    last = names[columns[-1]]
    extra = [field for field in BESIDE if field in last[lines[0]]]
    if len(columns) > len(lines) and "chance" not in extra:
        return Table(
            ("", *lines),
            [
                (column, *(_cell(names[column][line]) for line in lines))
                for column in columns
            ],
        )
    return Table(
        ("", *columns, *extra),
        [
            (
                line,
                *(_cell(names[column][line]) for column in columns),
                *(_number(last[line].get(field, "")) for field in extra),
            )
            for line in lines
        ],
    )


def _cell(row: Mapping) -> str:
    span = _interval(row)
    return _number(row["value"]) + (f" ({span})" if span else "")


def _interval(row: Mapping) -> str:
    if "interval" not in row:
        return ""
    low, high = row["interval"]
    return f"{_number(low)} to {_number(high)}"


def _number(value: float | str) -> str:
    if isinstance(value, str | int):
        return str(value)
    if abs(value) >= 10:
        return f"{value:.2f}"
    return f"{value:.3f}" if abs(value) >= 0.1 or not value else f"{value:.2g}"
