"""The motion GRU R_M and the frame generator G_I."""

from typing import Any
from typing import NamedTuple

import keras
import tensorflow as tf

from mipae_tf.networks.layers import kernel_initializer
from mipae_tf.networks.layers import normalization
from mipae_tf.networks.layers import torch_uniform
from mipae_tf.networks.scan_time import scan_time

FRAME_SIZES = (16, 32, 64, 128)
SMALLEST_MAP = 4  # height and width of the first feature map


class Codes(NamedTuple):
    """What a clip is generated from.

    Attributes:
        content: z_C `[clips, content_dim]`, the same in all frames.
        category: one-hot `[clips, categories]`, the same in all frames.
        motion: z_M `[clips, time, motion_dim]`.
    """

    content: tf.Tensor
    category: tf.Tensor
    motion: tf.Tensor

    def of_frames(self) -> tf.Tensor:
        """[z_C, category, z_M] of each frame, `[clips, time, dim]`."""
        fixed = tf.concat([self.content, self.category], axis=-1)
        time = tf.shape(self.motion)[1]
        fixed = tf.repeat(fixed[:, None], time, axis=1)  # [clips, time, dim]
        return tf.concat([fixed, self.motion], axis=-1)


class Recurrence(keras.layers.Layer):
    """A GRU whose hidden states are the motion codes, z_M.

        r = σ(W_r x + b_r + U_r h + c_r)
        u = σ(W_u x + b_u + U_u h + c_u)
        n = tanh(W_n x + b_n + r (U_n h + c_n))
        h ← u h + (1 - u) n

    Args:
        dim: size of a code, and of an input.
        torch_rules: whether the initial weights are those of PyTorch.
        **kwargs: `name` of the layer.
    """

    def __init__(self, dim: int, torch_rules: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dim = dim
        rules = {}
        if torch_rules:
            rules = {
                "kernel_initializer": torch_uniform(dim),
                "recurrent_initializer": torch_uniform(dim),
                "bias_initializer": torch_uniform(dim),
            }
        self.cell = keras.layers.GRUCell(dim, reset_after=True, **rules)
        self.cell.build((None, dim))
        self.built = True

    def step(self, inputs: tf.Tensor, hidden: tf.Tensor) -> tf.Tensor:
        """The next hidden state, `[batch, dim]`, as are both arguments."""
        return self.cell(inputs, [hidden])[0]

    def call(self, inputs: tf.Tensor, hidden: tf.Tensor) -> tf.Tensor:
        """Hidden states `[batch, time, dim]` of inputs of that shape.

        Args:
            inputs: `[batch, time, dim]`.
            hidden: state before the first input, `[batch, dim]`.
        """

        def step(hidden, here):
            after = self.step(here, hidden)
            return after, after

        return scan_time(step, hidden, inputs)[1]


class FrameGenerator(keras.layers.Layer):
    """G_I: transposed convolutions from a code to a frame in [-1, 1].

    A 4×4 map, then stages of stride 2, each with normalization and ReLU. For
    64 pixels, the maps have 8, 4, 2 and 1 times `width` channels. No layer has
    a bias.

    Args:
        frame_shape: (height, width, channel).
        width: channels of the finest map.
        norm: one of `layers.NORMS`.
        synchronized: whether batch statistics are computed over all replicas.
        **kwargs: `name` of the layer.
    """

    def __init__(
        self,
        frame_shape: tuple[int, int, int],
        width: int,
        norm: str,
        synchronized: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        sizes = [n * width for n in reversed(multiples(frame_shape[0]))]
        self.first_shape = (SMALLEST_MAP, SMALLEST_MAP, sizes[0])
        # Equal to a 4×4 transposed convolution of a 1×1 map.
        self.first = keras.layers.Dense(
            SMALLEST_MAP**2 * sizes[0],
            use_bias=False,
            kernel_initializer=kernel_initializer(),
        )
        self.ups = [
            keras.layers.Conv2DTranspose(
                channels,
                4,
                strides=2,
                padding="same",
                use_bias=False,
                kernel_initializer=kernel_initializer(),
            )
            for channels in (*sizes[1:], frame_shape[-1])
        ]
        self.norms = [normalization(norm, n, synchronized) for n in sizes]

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for codes `[frames, dim]`."""
        self.first.build(input_shape)
        shape = (None, *self.first_shape)
        for norm, up in zip(self.norms, self.ups, strict=True):
            norm.build(shape)
            up.build(shape)
            shape = up.compute_output_shape(shape)

    def call(self, codes: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Frames `[frames, height, width, channel]` of `[frames, dim]`."""
        x = tf.reshape(self.first(codes), [-1, *self.first_shape])
        for norm, up in zip(self.norms, self.ups, strict=True):
            x = up(tf.nn.relu(norm(x, training=training)))
        return tf.tanh(x)


def multiples(frame_size: int) -> list[int]:
    """Widths of the maps from half the frame size down to 4×4.

    Args:
        frame_size: one of `FRAME_SIZES`.
    """
    stages = (frame_size // SMALLEST_MAP).bit_length() - 1
    return [min(2**stage, 8) for stage in range(stages)]
