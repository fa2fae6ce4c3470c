"""From a command line to flags: flagfiles, and errors in one sentence."""

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
    "File with one --name=value on a line, without quotes; lines that begin "
    "with # are comments. Flags after it win over it. A flagfile may name "
    "another one, which is sought in the working directory, then beside it."
)
# What absl says, and the same for somebody who knows no Python.
_PLAINLY = (
    (r"(--\w+=.*): invalid literal for int\(\).*", r"\1 must be an integer."),
    (r"(--\w+=.*): could not convert string to.*", r"\1 must be a number."),
    (r"(--\w+=.*): \('Non-boolean.*", r"\1 must be true or false."),
    (r"--\w+=None: Flag (--\w+) must have.*", r"\1 is needed."),
    (r"Missing value for flag -*(\w+)", r"--\1 is given no value."),
    (r"(--\w+=.*): (.+?)\.?", r"\1 is not allowed: \2."),
)


def parse(argv: Sequence[str], explain: Explain | None = None) -> Sequence[str]:
    """Sets all flags; flagfiles are read already.

    Args:
        argv: the command line.
        explain: gives the error for a flag that does not exist, or None for
            the usual one.

    Returns:
        The name of the program.

    Raises:
        ValueError: for anything that cannot be understood.
    """
    # absl has the flag, but hides it from --help.
    flags.DEFINE_string("flagfile", None, FLAGFILE_HELP, allow_override=True)
    FLAGS.register_key_flag_for_module(sys.argv[0], FLAGS["flagfile"])
    try:
        rest = FLAGS(argv)
    except flags.UnrecognizedFlagError as error:
        text = explain(error.flagname) if explain else None
        raise ValueError(text or _unknown(error.flagname)) from error
    except (flags.Error, ValueError) as error:
        text = str(error).removeprefix("flag ")
        for pattern, plain in _PLAINLY:
            found = re.fullmatch(pattern, text, re.DOTALL)
            if found:
                raise ValueError(found.expand(plain)) from error
        raise ValueError(text) from error
    if len(rest) > 1:
        raise ValueError(f"{rest[1]!r} is no flag; flags are --name=value.")
    return rest


def sentence(error: Exception) -> str:
    """What a user is told of an error."""
    if not isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return str(error)
    reason = (str(error).splitlines() or ["out of memory"])[0]
    return (
        f"The memory does not suffice ({reason}); a smaller --batch_size, "
        "--width, --clips or --horizon needs less."
    )


def expand_flagfiles(
    args: Sequence[str], within: tuple[pathlib.Path, ...] = ()
) -> list[str]:
    """The arguments, with the lines of each flagfile in its place.

    Args:
        args: the command line.
        within: the flagfiles that `args` come from, the outermost first.

    Raises:
        ValueError: for a file that cannot be read, and for a line that is no
            flag or has a space or quotes where none may be.
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
            raise ValueError(f"--flagfile={value} leads back to itself.")
        expanded += expand_flagfiles(list(_lines(path)), (*within, path))
    return expanded


def _find(value: str, within: Sequence[pathlib.Path]) -> pathlib.Path:
    path = pathlib.Path(value).expanduser()
    sought = [path, *(outer.parent / path for outer in within[-1:])]
    sought = list(dict.fromkeys(sought))
    for candidate in sought:
        if value and candidate.is_file():
            return candidate
    named = f" (named in {within[-1]})" if within else ""
    if not value:
        raise ValueError(f"--flagfile{named} is given no file.")
    if path.is_dir():
        raise ValueError(f"--flagfile={value}{named} is a folder, no file.")
    places = " nor ".join(map(str, sought))
    raise ValueError(f"--flagfile={value}{named}: there is no {places}.")


def _lines(path: pathlib.Path) -> Iterator[str]:
    text = _text(path).replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if not line or line.startswith(("#", "//")):
            continue
        name, equals, value = line.partition("=")
        place = f"--flagfile={path}, line {number}:"
        if not name.startswith("-"):
            raise ValueError(f"{place} {line!r} is no flag; --name=value is.")
        if len(f"{name}.".split()) > 1:
            name, value = line.split(maxsplit=1)
            raise ValueError(
                f"{place} {line!r} has a space in its name; write "
                f"{name}={value.removeprefix('=').strip()}."
            )
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            raise ValueError(
                f"{place} quotes would be part of the value; write "
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
        raise ValueError(f"--flagfile={path} holds no text in UTF-8.")
    return text


def _unknown(name: str) -> str:
    names = [known for known in FLAGS if len(known) > 1]
    near = difflib.get_close_matches(name, names, 1)
    if not near and name.startswith("no"):
        near = difflib.get_close_matches(name[2:], names, 1)
    meant = f"; did you mean --{near[0]}?" if near else "."
    return f"--{name} is no flag of this program{meant} --help lists them."
