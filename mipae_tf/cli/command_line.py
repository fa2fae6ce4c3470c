"""Parsing of the command line and of flagfiles."""

import codecs
import difflib
import pathlib
import re
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

import tensorflow as tf
from absl import flags

Explain = Callable[[str], str | None]
FLAGS = flags.FLAGS
FLAGFILE_HELP = (
    "File with one --name=value per line, without quotes; lines that start "
    "with # are comments. Flags after --flagfile override it. A flagfile may "
    "include another one, which is searched for in the working directory and "
    "then beside the first."
)
# Messages of absl, and their replacements.
_PLAIN_MESSAGES = (
    (r"(--\w+=.*): invalid literal for int\(\).*", r"\1 must be an integer."),
    (r"(--\w+=.*): could not convert string to.*", r"\1 must be a number."),
    (r"(--\w+=.*): \('Non-boolean.*", r"\1 must be true or false."),
    (r"--\w+=None: Flag (--\w+) must have.*", r"\1 is required."),
    (r"Missing value for flag -*(\w+)", r"--\1 needs a value."),
    (r"(--\w+=.*): (.+?)\.?", r"\1 is not allowed: \2."),
)


def parse(argv: Sequence[str], explain: Explain | None = None) -> Sequence[str]:
    """Parses the flags of a command line without flagfiles.

    Args:
        argv: the command line, with expanded flagfiles.
        explain: function that returns the error message for an unknown flag,
            or None for the default message.

    Returns:
        The remaining arguments, which are the name of the program.

    Raises:
        ValueError: if the command line is not valid.
    """
    # absl has this flag, but does not show it in --help.
    flags.DEFINE_string("flagfile", None, FLAGFILE_HELP, allow_override=True)
    FLAGS.register_key_flag_for_module(sys.argv[0], FLAGS["flagfile"])
    try:
        rest = FLAGS(argv)
    except flags.UnrecognizedFlagError as error:
        text = explain(error.flagname) if explain else None
        raise ValueError(text or _unknown(error.flagname)) from error
    except (flags.Error, ValueError) as error:
        text = str(error).removeprefix("flag ")
        for pattern, plain in _PLAIN_MESSAGES:
            found = re.fullmatch(pattern, text, re.DOTALL)
            if found:
                raise ValueError(found.expand(plain)) from error
        raise ValueError(text) from error
    if len(rest) > 1:
        raise ValueError(
            f"{rest[1]!r} is not a flag; flags have the form --name=value."
        )
    return rest


def error_message(error: Exception) -> str:
    """The message of an error for the user."""
    if not isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return str(error)
    reason = (str(error).splitlines() or ["out of memory"])[0]
    return (
        f"There is not enough memory ({reason}); use a smaller --batch_size, "
        "--width, --clips or --horizon."
    )


def expand_flagfiles(
    args: Sequence[str], within: tuple[pathlib.Path, ...] = ()
) -> list[str]:
    """Replaces flagfiles by their lines.

    Args:
        args: the command line.
        within: the flagfiles that contain `args`, the outermost first.

    Raises:
        ValueError: if a file cannot be read, or if a line is not a flag, has a
            space in its name or quotes around its value.
    """
    expanded: list[str] = []
    rest = iter(args)
    for arg in rest:
        name, equals, value = arg.partition("=")
        if arg == "--":
            return [*expanded, arg, *rest]
        if name not in ("--flagfile", "-flagfile"):
            expanded.append(arg)
            continue
        value = value if equals else next(rest, "")
        path = _find(value, within)
        if path.resolve() in (outer.resolve() for outer in within):
            raise ValueError(
                f"--flagfile={value} includes itself; remove that line."
            )
        expanded += expand_flagfiles(list(_lines(path)), (*within, path))
    return expanded


def _find(value: str, within: Sequence[pathlib.Path]) -> pathlib.Path:
    path = pathlib.Path(value).expanduser()
    candidates = [path, *(outer.parent / path for outer in within[-1:])]
    candidates = list(dict.fromkeys(candidates))
    for candidate in candidates:
        if value and candidate.is_file():
            return candidate
    included = f" (included by {within[-1]})" if within else ""
    if not value:
        raise ValueError(f"--flagfile{included} needs the path of a file.")
    if path.is_dir():
        raise ValueError(
            f"--flagfile={value}{included} is a folder; a file is needed."
        )
    paths = " or ".join(map(str, candidates))
    raise ValueError(f"--flagfile={value}{included}: there is no {paths}.")


def _lines(path: pathlib.Path) -> Iterator[str]:
    text = _text(path).replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if not line or line.startswith(("#", "//")):
            continue
        name, equals, value = line.partition("=")
        place = f"--flagfile={path}, line {number}:"
        if not name.startswith("-"):
            raise ValueError(
                f"{place} {line!r} is not a flag; flags have the form "
                "--name=value."
            )
        if len(f"{name}.".split()) > 1:
            name, value = line.split(maxsplit=1)
            raise ValueError(
                f"{place} {line!r} has a space in its name; write "
                f"{name}={value.removeprefix('=').strip()}."
            )
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            raise ValueError(
                f"{place} quotes would become part of the value; write "
                f"{name}={value[1:-1]}."
            )
        yield line


def _text(path: pathlib.Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(
            f"--flagfile={path} cannot be read ({error.strerror})."
        ) from error
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeError:
        text = "\0"
    if "\0" in text:
        raise ValueError(f"--flagfile={path} is not a text file in UTF-8.")
    return text


def _unknown(name: str) -> str:
    names = [known for known in FLAGS if len(known) > 1]
    near = difflib.get_close_matches(name, names, 1)
    if not near and name.startswith("no"):
        near = difflib.get_close_matches(name[2:], names, 1)
    hint = f" (did you mean --{near[0]}?)" if near else ""
    return f"--{name} is not a flag of this program{hint}; --help lists all."
