"""Objects, by the names of the factors that say where they are."""

from collections.abc import Iterable


def objects_of(names: Iterable[str]) -> dict[str, list[str]]:
    """Coordinates among factor names, by object: x_0 and y_0 are of one."""
    found: dict[str, list[str]] = {}
    for name in names:
        if name[0] in "xy":
            found.setdefault(f"object{name[1:]}", []).append(name)
    return found
