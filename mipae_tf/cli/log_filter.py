"""Filters the log lines of TensorFlow from standard error.

    python -IS log_filter.py LEVEL < what is written to file descriptor 2

Runs as a separate process, so that the last lines of a program are shown even
if it is killed or aborts. Imports only the standard library, see
`mipae_tf.cli.quiet`.
"""

import os
import re
import sys

# "I0000 00:00:1700000000.000000    42 port.cc:153] ", or in older releases
# "2026-01-31 12:00:00.000000: I tensorflow/core/util/port.cc:153] ".
LOG_PREFIX = re.compile(
    rb"(?:([IWEF])\d{4} [\d:.]+ +\d+|\d{4}-\d\d-\d\d [\d:.]+: ([IWEF])) "
    rb"\S+:\d+\] "
)
# Harmless errors, and parts of messages of several lines.
KNOWN_NOISE = (
    b"All log messages before absl::InitializeLog() is called",
    b"Unable to register cu",  # cuDNN, cuBLAS, cuFFT: registered twice
    b"computation placer already registered",
    b"failed call to cuInit",  # no GPU
    b" meta_optimizer.cc:",  # a graph is not optimized
    b"oneDNN supports ",  # another kernel is used
    b"To enable the following instructions:",
    b"Skipping registering GPU devices",
)


def is_noise(line: bytes, level: int) -> bool:
    """Whether a line is of no use to the user.

    Args:
        line: the line, without the newline.
        level: TF_CPP_MIN_LOG_LEVEL. 1 drops information, 2 and 3 also drop
            warnings. Errors are kept unless they are known to be harmless.
    """
    logged = LOG_PREFIX.match(line)
    severity = (logged[1] or logged[2]) if logged else None
    if severity == b"F":
        return False
    dropped = b"IW"[:level]
    return bool(severity and severity in dropped) or any(
        known in line for known in KNOWN_NOISE
    )


def main() -> None:
    """Filters standard input line by line."""
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
    except OSError:  # the output was closed
        os._exit(0)
