"""What the programs say, and what they keep from being said."""

import logging as python_logging
import os
import sys

from absl import logging
from tqdm import tqdm


def say(text: str) -> None:
    """Prints a line to stderr, above any progress bar."""
    tqdm.write(text, file=sys.stderr)


def hush() -> None:
    """Keeps the libraries' own chatter off the screen.

    Call before TensorFlow is imported. Errors still come as exceptions;
    TF_CPP_MIN_LOG_LEVEL=0 in the environment brings TensorFlow's lines back.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.set_verbosity(logging.ERROR)
    python_logging.getLogger("tensorflow").setLevel(python_logging.ERROR)
