"""Checks of a request that a SavedModel carries in its own graph.

A server compares the type of an input with the signature, not its shape, and
some kernels end the process over a wrong rank. What is wrong must therefore
be found by the graph, before any kernel sees it. A check that fails is an
INVALID_ARGUMENT error whose message holds one sentence for the client.
"""

from collections.abc import Mapping
from collections.abc import Sequence

import tensorflow as tf

Axes = tuple[str | int, ...]
# Inputs whose product is the number of frames that a request asks for.
NUMBERS = ("samples", "horizon", "count", "length")


def checked_request(
    endpoint: str,
    request: Mapping[str, tf.Tensor],
    axes: Mapping[str, Axes],
    max_frames: int,
) -> dict[str, tf.Tensor]:
    """The inputs of a request, once they are known to be right.

    Nothing that uses the tensors returned runs before all checks have passed.

    The graph's optimizers fold what they know of a shape into constants, and
    a check of that shape into one that is true. They must not know any: of
    the placeholders, nor through the tensors returned, which is why these are
    reshaped, to the shapes that they have.

    Args:
        endpoint: the name that the sentences begin with.
        request: tensors by name, of any rank as far as the graph knows.
        axes: for each input, a number for an axis of that size, or a name for
            an axis of any size but 0. Axes of one name have one size. An
            input without axes is a number; those of `NUMBERS` are 1 or more.
        max_frames: the most frames in a request, `batch x time`, and in its
            answer, `samples x batch x horizon` or `count x length`.

    Raises:
        ValueError: where the graph knows the rank of an input.
    """
    for name in axes:
        if request[name].shape.rank is not None:
            raise ValueError(f"{endpoint}: the rank of {name} is known.")
    shapes = {name: tf.shape(request[name], tf.int64) for name in axes}
    fits = [_fits(endpoint, name, shapes[name], axes[name]) for name in axes]
    shapes = {name: _after(fits, shape) for name, shape in shapes.items()}
    sizes, agree = _sizes(endpoint, shapes, axes)
    numbers = {
        name: tf.reshape(_after(fits, request[name]), [])
        for name in NUMBERS
        if name in axes
    }
    held = {axis: sizes[axis] for axis in ("batch", "time") if axis in sizes}
    checks = fits + agree
    if held:
        checks += _at_most(endpoint, max_frames, held, "may hold")
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
    """Size of every named axis, and the checks that inputs agree on it."""
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
    """Checks that each factor is 1 or more, and their product no more."""
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
    """Checks one shape, int64 `[rank]`."""
    rank = len(axes)
    # As long as the axes, whatever the rank.
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
    """An operation that fails with `text`, where `{}` stand for values."""
    sentence = tf.strings.format(text, list(values), summarize=-1)
    return tf.debugging.Assert(condition, [sentence])


def _after(checks: Sequence[tf.Operation], tensor: tf.Tensor) -> tf.Tensor:
    """The tensor, which nothing can use before the checks have passed."""
    with tf.control_dependencies(checks):
        return tf.identity(tensor)
