"""Importing this first makes a program quiet.

TensorFlow's C++ code writes to file descriptor 2 while it is imported, before
any log level applies, and again when it finds a device or compiles with XLA.
From here on that descriptor leads to a filter, see `mipae_tf.cli.noise`, and
`sys.stderr` past it. TF_CPP_MIN_LOG_LEVEL=0 in the environment shows all of it.
Only programs import this: a library leaves its user's descriptors alone.
"""

import logging as python_logging
import os
import pathlib
import subprocess
import sys
import warnings

from absl import logging

FILTER = pathlib.Path(__file__).with_name("noise.py")


def start() -> None:
    """Keeps the chatter of libraries off the screen; errors still come."""
    _open_standard_streams()
    sys.excepthook = _end
    level = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if level not in ("1", "2", "3"):
        return
    logging.set_verbosity(logging.ERROR)
    python_logging.getLogger("tensorflow").setLevel(python_logging.ERROR)
    python_logging.lastResort.setLevel(python_logging.ERROR)
    if not sys.warnoptions:  # neither -W nor PYTHONWARNINGS is given
        warnings.simplefilter("ignore")
    _filter_descriptor(level)


def _open_standard_streams() -> None:
    """Opens those that are closed.

    The next file that is opened would get their number, and TensorFlow would
    write its lines into that file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)
    sys.stderr = sys.stderr or open(2, "w", closefd=False)


def _filter_descriptor(level: str) -> None:
    """Lets descriptor 2 lead to the filter, and Python's stream past it."""
    screen = os.dup(2)
    try:
        child = subprocess.Popen(
            [sys.executable, "-IS", str(FILTER), level],
            stdin=subprocess.PIPE,
            stdout=screen,
            stderr=screen,
            start_new_session=True,  # Ctrl-C is not for it
        )
    except OSError:  # no room for a process: rather noisy than not at all
        os.close(screen)
        return
    os.dup2(child.stdin.fileno(), 2)
    child.stdin.close()
    child.returncode = 0  # it ends after this process, nobody waits for it
    sys.stderr = open(
        screen,
        "w",
        buffering=1,
        encoding=sys.stderr.encoding,
        errors=sys.stderr.errors,
    )


def _end(kind, error, trace) -> None:
    """Ctrl-C during an import needs no traceback."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)


start()
