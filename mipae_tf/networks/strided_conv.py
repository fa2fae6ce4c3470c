"""Convolutions with a 4×4 kernel and stride 2, whose gradients suit CPUs.

TensorFlow's own gradient with respect to the input, which is the transposed
convolution too, is several times slower on a CPU than a convolution of as
many operations. Here it is one: of every 2×2 pixels that come out, each is a
convolution with the 2×2 taps of the kernel that reach it.
"""

import tensorflow as tf

STRIDES = [1, 2, 2, 1]
FEW_CHANNELS = 16  # of which TensorFlow's own is the faster one


@tf.autograph.experimental.do_not_convert  # else autograph drops the gradient
@tf.custom_gradient
def halve(inputs: tf.Tensor, kernel: tf.Tensor):
    """`tf.nn.conv2d(inputs, kernel, 2, "SAME")`, for even sizes.

    Args:
        inputs: `[batch, height, width, channel]`.
        kernel: `[4, 4, channel, filters]`.

    Returns:
        `[batch, height / 2, width / 2, filters]`.
    """

    def gradient(above: tf.Tensor):
        return _spread(above, kernel), _taps(inputs, above)

    return tf.nn.conv2d(inputs, kernel, STRIDES, "SAME"), gradient


@tf.autograph.experimental.do_not_convert  # else autograph drops the gradient
@tf.custom_gradient
def double(inputs: tf.Tensor, kernel: tf.Tensor):
    """The transposed convolution that `halve` has for a gradient.

    Args:
        inputs: `[batch, height, width, channel]`.
        kernel: `[4, 4, filters, channel]`.

    Returns:
        `[batch, 2 * height, 2 * width, filters]`.
    """

    def gradient(above: tf.Tensor):
        below = tf.nn.conv2d(above, kernel, STRIDES, "SAME")
        return below, _taps(above, inputs)

    return _spread(inputs, kernel), gradient


def _taps(wide: tf.Tensor, narrow: tf.Tensor) -> tf.Tensor:
    """Gradient of the kernel between a map and the one of half its size."""
    shape = [4, 4, wide.shape[-1], narrow.shape[-1]]
    return tf.raw_ops.Conv2DBackpropFilter(
        input=wide,
        filter_sizes=shape,
        out_backprop=narrow,
        strides=STRIDES,
        padding="SAME",
    )


def _spread(narrow: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    batch = tf.shape(narrow)[0]
    height, width, filters = *narrow.shape[1:3], kernel.shape[2]
    if filters < FEW_CHANNELS:
        size = tf.stack([batch, 2 * height, 2 * width, filters])
        return tf.nn.conv2d_transpose(narrow, kernel, size, STRIDES, "SAME")
    taps = tf.reshape(
        kernel[::-1, ::-1], [2, 2, 2, 2, filters, -1]
    )  # [row tap, row, column tap, column, filters, channel]
    taps = tf.reshape(
        tf.transpose(taps, [0, 2, 5, 1, 3, 4]), [2, 2, -1, 4 * filters]
    )  # [row tap, column tap, channel, row · column · filters]
    around = tf.pad(narrow, [[0, 0], [1, 1], [1, 1], [0, 0]])
    drawn = tf.reshape(
        tf.nn.conv2d(around, taps, 1, "VALID"),
        tf.stack([batch, height + 1, width + 1, 2, 2, filters]),
    )  # [batch, height + 1, width + 1, row, column, filters]
    rows = [
        tf.stack(
            [
                drawn[
                    :, row : row + height, column : column + width, row, column
                ]
                for column in (0, 1)
            ],
            axis=3,
        )  # [batch, height, width, column, filters]
        for row in (0, 1)
    ]
    return tf.reshape(
        tf.stack(rows, axis=2),  # [batch, height, row, width, column, filters]
        tf.stack([batch, 2 * height, 2 * width, filters]),
    )  # [batch, 2 · height, 2 · width, filters]
