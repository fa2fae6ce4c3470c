"""The Keras backend and global settings that the library needs.

Keras reads them from the environment variable `KERAS_BACKEND` and the file
`keras.json` (in `~/.keras`, or the folder `KERAS_HOME`), which may have been
written for another program.
"""

import contextlib
import contextvars
import os
import sys
from collections.abc import Iterator

# keras is imported inside functions: importing mipae_tf for its version must
# not import TensorFlow, and the backend must be chosen first.

# Dtype policy of the innermost `keras_defaults`.
_POLICY = contextvars.ContextVar("policy", default="float32")


def choose_tensorflow() -> None:
    """Sets TensorFlow as the Keras backend of this process.

    Must be called before the first import of Keras. Overwrites `KERAS_BACKEND`
    in the environment, which child processes inherit, and which has priority
    over `keras.json`.

    Raises:
        ImportError: if Keras is already imported with another backend.
    """
    keras = sys.modules.get("keras")
    if keras is None:
        os.environ["KERAS_BACKEND"] = "tensorflow"
        return
    backend = keras.config.backend()
    if backend != "tensorflow":
        raise ImportError(
            f"mipae_tf needs Keras' TensorFlow backend, but keras is already "
            f"imported with KERAS_BACKEND={backend}; import mipae_tf before "
            "keras, or set KERAS_BACKEND=tensorflow before Python starts."
        )


@contextlib.contextmanager
def keras_defaults(policy: str | None = None) -> Iterator[None]:
    """Context manager that sets the Keras global settings of the library.

    They are image layout `channels_last`, float type `float32`, epsilon 1e-7,
    and the given dtype policy. Layers read these settings when they are
    created, and a schedule reads them when it is called; the library changes
    them only there. Afterwards the user's settings are restored. The first
    three settings are global to the process: another thread that creates Keras
    layers at the same time is also affected.

    Can also be used as a decorator.

    Args:
        policy: dtype policy of the created networks; if None, that of the
            enclosing `keras_defaults`, or `float32`.
    """
    from keras import config

    before = (
        config.image_data_format(),
        config.floatx(),
        config.epsilon(),
        config.dtype_policy(),
    )
    token = _POLICY.set(policy or _POLICY.get())
    _set("channels_last", "float32", 1e-7, _POLICY.get())
    try:
        yield
    finally:
        _set(*before)
        _POLICY.reset(token)


def _set(layout: str, floatx: str, epsilon: float, policy: object) -> None:
    from keras import config

    config.set_image_data_format(layout)
    config.set_floatx(floatx)
    config.set_epsilon(epsilon)
    config.set_dtype_policy(policy)
