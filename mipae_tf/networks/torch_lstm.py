"""An LSTM cell with the two biases of PyTorch."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("mipae_tf")
class TorchLSTMCell(keras.layers.LSTMCell):
    """`keras.layers.LSTMCell` with a second bias, for the recurrent kernel.

    Both biases are added to the gates and have the same gradient. With an
    optimizer whose steps do not depend on the scale of the gradient, such as
    Adam, each bias makes a full step, so that their sum changes twice as fast
    as the single bias of Keras.

    Arguments are those of `keras.layers.LSTMCell`; activations are tanh and
    sigmoid, with bias and without dropout.
    """

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for inputs [batch, dim]."""
        super().build(input_shape)
        self.recurrent_bias = self.add_weight(
            shape=(4 * self.units,),
            name="recurrent_bias",
            # The same object would give the values of the first bias again.
            initializer=self.bias_initializer.clone(),
        )

    def call(
        self,
        inputs: tf.Tensor,
        states: list[tf.Tensor],
        training: bool | None = None,
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Output [batch, units] and the next states.

        Args:
            inputs: `[batch, dim]`.
            states: previous output and cell state, `[batch, units]` each.
            training: ignored.
        """
        output, cell = states
        gates = (
            tf.matmul(inputs, self.kernel)
            + self.bias
            + tf.matmul(output, self.recurrent_kernel)
            + self.recurrent_bias
        )
        # [batch, units] each, in the order used by Keras.
        enter, keep, new, leave = tf.split(gates, 4, axis=-1)
        cell = tf.sigmoid(keep) * cell + tf.sigmoid(enter) * tf.tanh(new)
        output = tf.sigmoid(leave) * tf.tanh(cell)
        return output, [output, cell]
