"""The tables of one group of metrics in `report.html`."""

from collections.abc import Mapping
from collections.abc import Sequence

from mipae_tf.evaluation.tables.numbers import interval
from mipae_tf.evaluation.tables.numbers import number
from mipae_tf.visual.html_page import Table

# Fields of an entry that have a column of their own.
EXTRA_FIELDS = ("chance", "count")


def group_tables(rows: Mapping[str, Mapping]) -> list[Table]:
    """Tables of entries that have a value.

    Entries with values per step become a table of steps, one line each. Of the
    others, `group/name/row` become a table with rows as lines and names as
    columns, one table for all names with the same rows; `group/name` become a
    list.

    Args:
        rows: entries of `metrics.json` by key.
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
    values = [number(value) for value in row["per_step"]]
    return (
        key.rpartition("/")[2],
        *values,
        number(row["value"]),
        _interval(row),
    )


def _lists(rows: Mapping[str, Mapping]) -> list[Table]:
    if not rows:
        return []
    lines = [
        (key, number(row["value"]), _interval(row), str(row.get("count", "")))
        for key, row in rows.items()
    ]
    return [Table(("", "value", "95 % interval", "count"), lines)]


def _crossed(rows: Mapping[str, Mapping]) -> list[Table]:
    names: dict[str, dict[str, Mapping]] = {}
    for key, row in rows.items():
        name, _, last = key.rpartition("/")
        names.setdefault(name, {})[last] = row
    # Names with the same rows and chance levels share a table.
    alike: dict[tuple, list[str]] = {}
    for name, members in names.items():
        rows = tuple((line, row.get("chance")) for line, row in members.items())
        alike.setdefault(rows, []).append(name)
    return [
        _cross([line for line, _ in rows], columns, names)
        for rows, columns in alike.items()
    ]


def _cross(
    lines: Sequence[str],
    columns: Sequence[str],
    names: Mapping[str, Mapping[str, Mapping]],
) -> Table:
    """A table of rows by names; extra fields are those of the last column.

    It is turned where there are more names than rows, unless rows have chance
    levels.
    """
    last = names[columns[-1]]
    extra = [field for field in EXTRA_FIELDS if field in last[lines[0]]]
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
                *(
                    number(last[line][field]) if field in last[line] else ""
                    for field in extra
                ),
            )
            for line in lines
        ],
    )


def _cell(row: Mapping) -> str:
    span = _interval(row)
    return number(row["value"]) + (f" ({span})" if span else "")


def _interval(row: Mapping) -> str:
    return interval(row["interval"]) if "interval" in row else ""
