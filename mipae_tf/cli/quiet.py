"""Hides the log lines of libraries; must be imported first in a program.

The C++ code of TensorFlow writes to file descriptor 2 while it is imported,
before any log level applies, and again when it finds a device or compiles with
XLA. This module redirects that descriptor to a filter, see
`mipae_tf.cli.log_filter`; `sys.stderr` is not filtered. To show all lines, set
TF_CPP_MIN_LOG_LEVEL=0 in the environment. Only programs import this module,
because a library must not change the descriptors of its users.
"""

import logging as python_logging
import os
import pathlib
import subprocess
import sys
import warnings

from absl import logging

FILTER_SCRIPT = pathlib.Path(__file__).with_name("log_filter.py")


def start() -> None:
    """Hides log lines and warnings of libraries; errors are still shown."""
    _open_standard_streams()
    sys.excepthook = _hide_interrupt
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
    """Opens standard streams that are closed.

    Otherwise the next opened file would get the number of the stream, and
    TensorFlow would write its log lines into that file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)
    sys.stderr = sys.stderr or open(2, "w", closefd=False)


def _filter_descriptor(level: str) -> None:
    """Redirects descriptor 2 to the filter, but not `sys.stderr`."""
    screen = os.dup(2)
    try:
        child = subprocess.Popen(
            [sys.executable, "-IS", str(FILTER_SCRIPT), level],
            stdin=subprocess.PIPE,
            stdout=screen,
            stderr=screen,
            start_new_session=True,  # so that Ctrl-C does not stop it
        )
    except OSError:  # no process can be started: run without the filter
        os.close(screen)
        return
    os.dup2(child.stdin.fileno(), 2)
    child.stdin.close()
    child.returncode = 0  # it ends after this process; do not wait for it
    sys.stderr = open(
        screen,
        "w",
        buffering=1,
        encoding=sys.stderr.encoding,
        errors=sys.stderr.errors,
    )


def _hide_interrupt(kind, error, trace) -> None:
    """Shows no traceback for Ctrl-C during an import."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)


start()
