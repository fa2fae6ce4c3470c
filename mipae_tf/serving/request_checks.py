"""Checks of requests in the graph of a SavedModel.

A server checks the types of inputs, but not their shapes, and some kernels
abort the process for a wrong rank. Therefore the graph checks shapes before
any kernel uses the inputs. A check that fails is an INVALID_ARGUMENT error
whose message contains one sentence for the client.
"""

from collections.abc import Mapping
from collections.abc import Sequence

import tensorflow as tf

Axes = tuple[str | int, ...]
# Inputs whose product is the number of frames in the response.
COUNT_INPUTS = ("samples", "horizon", "count", "length")


def checked_request(
    endpoint: str,
    request: Mapping[str, tf.Tensor],
    axes: Mapping[str, Axes],
    max_frames: int,
) -> dict[str, tf.Tensor]:
    """Checks the inputs of a request and returns them.

    Operations that use the returned tensors run only after all checks.

    The shapes of the inputs must be unknown to the graph: the graph optimizer
    replaces static shapes by constants, and would remove the checks. The
    returned tensors are reshaped to their own dynamic shapes, so that no shape
    is inferred from their use.

    Args:
        endpoint: name of the endpoint, with which messages begin.
        request: tensors by name, of unknown rank.
        axes: for each input, its axes: an integer is a fixed size, a name an
            arbitrary size of at least 1. Axes of the same name must have the
            same size. An input without axes is a scalar; those in
            `COUNT_INPUTS` must be at least 1.
        max_frames: maximum number of frames in a request, `batch x time`, and
            in its response, `samples x batch x horizon` or `count x length`.

    Raises:
        ValueError: if the rank of an input is static.
    """
    for name in axes:
        if request[name].shape.rank is not None:
            raise ValueError(f"{endpoint}: {name} must have an unknown rank.")
    shapes = {name: tf.shape(request[name], tf.int64) for name in axes}
    fits = [_fits(endpoint, name, shapes[name], axes[name]) for name in axes]
    shapes = {name: _after(fits, shape) for name, shape in shapes.items()}
    sizes, agree = _sizes(endpoint, shapes, axes)
    numbers = {
        name: tf.reshape(_after(fits, request[name]), [])
        for name in COUNT_INPUTS
        if name in axes
    }
    held = {axis: sizes[axis] for axis in ("batch", "time") if axis in sizes}
    checks = fits + agree
    if held:
        checks += _at_most(endpoint, max_frames, held, "may contain")
    if numbers:
        asked = {**numbers, **{k: v for k, v in held.items() if k == "batch"}}
        checks += _at_most(endpoint, max_frames, asked, "may ask for")
    sizes = {axis: _after(checks, size) for axis, size in sizes.items()}
    return {
        name: tf.reshape(
            _after(checks, request[name]),
            [sizes.get(axis, axis) for axis in axes[name]],
        )
        for name in axes
    }


def _sizes(
    endpoint: str, shapes: Mapping[str, tf.Tensor], axes: Mapping[str, Axes]
) -> tuple[dict[str, tf.Tensor], list[tf.Operation]]:
    """Sizes of the named axes, and checks that all inputs agree on them."""
    sizes: dict[str, tf.Tensor] = {}
    owner: dict[str, str] = {}
    checks = []
    for name in axes:
        for place, axis in enumerate(axes[name]):
            if not isinstance(axis, str):
                continue
            size = shapes[name][place]
            if axis in sizes:
                text = (
                    f"{endpoint}: {axis} is {{}} in {owner[axis]} and {{}} in "
                    f"{name}; it must be the same in all inputs."
                )
                same = tf.equal(sizes[axis], size)
                checks.append(_require(same, text, sizes[axis], size))
            else:
                sizes[axis], owner[axis] = size, name
    return sizes, checks


def _at_most(
    endpoint: str, most: int, factors: Mapping[str, tf.Tensor], what: str
) -> list[tf.Operation]:
    """Checks that each factor is at least 1, and their product at most."""
    checks = [
        _require(
            factor >= 1,
            f"{endpoint}: {name} is {{}}; it must be 1 or more.",
            factor,
        )
        for name, factor in factors.items()
    ]
    product = tf.constant(1.0, tf.float64)  # three int32 overflow an int64
    for factor in factors.values():
        product *= tf.cast(factor, tf.float64)
    given = ", ".join(f"{name} {{}}" for name in factors)
    text = (
        f"{endpoint}: {given} are too many frames; a request {what} "
        f"{most} at most ({' x '.join(factors)})."
    )
    return [*checks, _require(product <= most, text, *factors.values())]


def _fits(
    endpoint: str, name: str, shape: tf.Tensor, axes: Axes
) -> tf.Operation:
    """Checks the shape of an input, int64 `[rank]`."""
    rank = len(axes)
    # Padded to at least `rank` entries.
    sizes = tf.concat([shape, tf.fill([rank], tf.constant(-1, tf.int64))], 0)
    least = [axis if isinstance(axis, int) else 1 for axis in axes]
    most = [axis if isinstance(axis, int) else tf.int64.max for axis in axes]
    fits = tf.equal(tf.size(shape), rank) & tf.reduce_all(
        (sizes[:rank] >= tf.constant(least, tf.int64))
        & (sizes[:rank] <= tf.constant(most, tf.int64))
    )
    free = [axis for axis in axes if isinstance(axis, str)]
    wanted = f"[{', '.join(map(str, axes))}]" if axes else "[] (one number)"
    if free:
        wanted += f", {' and '.join(free)} 1 or more"
    text = f"{endpoint}: {name} has shape {{}}; it must be {wanted}."
    return _require(fits, text, shape)


def _require(
    condition: tf.Tensor, text: str, *values: tf.Tensor
) -> tf.Operation:
    """An operation that fails with `text`, in which `{}` are the values."""
    sentence = tf.strings.format(text, list(values), summarize=-1)
    return tf.debugging.Assert(condition, [sentence])


def _after(checks: Sequence[tf.Operation], tensor: tf.Tensor) -> tf.Tensor:
    """The tensor, with a control dependency on the checks."""
    with tf.control_dependencies(checks):
        return tf.identity(tensor)
