"""What the library relies on in Keras' backend and global settings.

Keras takes them from the environment variable `KERAS_BACKEND` and the file
`keras.json` (in `~/.keras`, or the folder `KERAS_HOME`), which may have been
written for another program.
"""

import contextlib
import contextvars
import os
import sys
from collections.abc import Iterator

# keras is imported within functions: importing mipae_tf for its version must
# not import TensorFlow, and the backend must be chosen first.

# What the networks of the present `keras_defaults` compute in.
_POLICY = contextvars.ContextVar("policy", default="float32")


def choose_tensorflow() -> None:
    """Makes TensorFlow the backend of this process, for Keras' first import.

    `KERAS_BACKEND` is set in the environment, and so for the processes that
    this one starts, whatever it was before; a `keras.json` loses to it.

    Raises:
        ImportError: when Keras is already imported with another backend.
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
    """Within it, Keras' global settings are those the library is written for.

    Image layout `channels_last`, float type `float32`, epsilon 1e-7, and the
    dtype policy given. Layers take them when they are made, and a schedule
    when it is called; only there does the library change them. Afterwards
    they are what the user made them. The first three belong to the whole
    process: another thread that makes Keras layers meanwhile sees them, too.

    Serves as a decorator as well.

    Args:
        policy: dtype policy of the networks that are made; when None, that of
            the `keras_defaults` around this one, or `float32`.
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
