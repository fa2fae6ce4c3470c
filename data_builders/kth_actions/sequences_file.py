"""Reads `00sequences.txt`, the published frame intervals of KTH actions."""

import pathlib
import re

FILE_NAME = "00sequences.txt"

# Such as "person01_boxing_d1  frames  1-95, 96-185, 186-245, 246-360".
_LINE = re.compile(r"(person\d\d_\w+_d\d)\s+(.*)")
_INTERVAL = re.compile(r"(\d+)\s*-\s*(\d+)")
# In place of intervals: the data set never had person13_handclapping_d3.
_MISSING = "*missing*"


def read_intervals(path: pathlib.Path) -> dict[str, list[tuple[int, int]]]:
    """The intervals of each video in which its person acts.

    The file counts frames from 1 and names the last frame of an interval; here,
    an interval is its first frame, counted from 0, and the end.

    Args:
        path: the file.

    Returns:
        Intervals by video, such as `person01_boxing_d1`.

    Raises:
        ValueError: if the file cannot be read, or lists no or a wrong interval.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror}).") from (
            error
        )
    found = {}
    for number, line in enumerate(lines, start=1):
        match = _LINE.match(line.strip())
        if not match or match[2] == _MISSING:
            continue
        name, text = match.groups()
        pairs = [(int(a), int(b)) for a, b in _INTERVAL.findall(text)]
        if not pairs or not all(1 <= a <= b for a, b in pairs):
            raise ValueError(
                f"{path}, line {number}: {name} has {text!r}, which must be "
                "intervals of frames such as 'frames 1-95, 96-185'."
            )
        found[name] = [(first - 1, last) for first, last in pairs]
    if not found:
        raise ValueError(
            f"{path} lists no video; it must have lines such as "
            "'person01_boxing_d1 frames 1-95, 96-185'."
        )
    return found
