"""Passes standard error on, without the lines that TensorFlow starts with.

    python -IS noise.py LEVEL < what is written to file descriptor 2

A process of its own, so that nothing is lost however the program ends: killed,
aborted or out of memory, what it wrote last is passed on. It imports nothing
but the standard library, see `mipae_tf.cli.quiet`.
"""

import os
import re
import sys

# "I0000 00:00:1700000000.000000    42 port.cc:153] ", or as older releases
# wrote it: "2026-01-31 12:00:00.000000: I tensorflow/core/util/port.cc:153] ".
LOGGED = re.compile(
    rb"(?:([IWEF])\d{4} [\d:.]+ +\d+|\d{4}-\d\d-\d\d [\d:.]+: ([IWEF])) "
    rb"\S+:\d+\] "
)
# Errors that are none, and lines that belong to a message of several lines.
KNOWN = (
    b"All log messages before absl::InitializeLog() is called",
    b"Unable to register cu",  # cuDNN, cuBLAS, cuFFT: registered twice
    b"computation placer already registered",
    b"failed call to cuInit",  # no GPU
    b" meta_optimizer.cc:",  # a graph stays as it was
    b"oneDNN supports ",  # another kernel is taken
    b"To enable the following instructions:",
    b"Skipping registering GPU devices",
)


def is_noise(line: bytes, level: int) -> bool:
    """Whether a line tells a user nothing.

    Args:
        line: what was written, without the end of the line.
        level: TF_CPP_MIN_LOG_LEVEL. 1 drops information, 2 warnings too, and
            so does 3: errors are kept, as long as they are not known.
    """
    logged = LOGGED.match(line)
    severity = (logged[1] or logged[2]) if logged else None
    if severity == b"F":
        return False
    dropped = b"IW"[:level]
    return bool(severity and severity in dropped) or any(
        known in line for known in KNOWN
    )


def main() -> None:
    """Filters standard input, a line as soon as it is whole."""
    level, rest = int(sys.argv[1]), b""
    while chunk := os.read(0, 65_536):
        *lines, rest = (rest + chunk).split(b"\n")
        _write(b"".join(b"%s\n" % x for x in lines if not is_noise(x, level)))
    if not is_noise(rest, level):
        _write(rest)


def _write(text: bytes) -> None:
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    try:
        main()
    except OSError:  # nobody reads any more
        os._exit(0)
