"""An LSTM cell with the two biases of PyTorch."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("mipae_tf")
class TorchLSTMCell(keras.layers.LSTMCell):
    """`keras.layers.LSTMCell` with a second bias, beside the state's kernel.

    Both biases are added to the gates and have the same gradient. An optimizer
    whose step does not depend on the size of a gradient, such as Adam, moves
    each of them by a whole step, so that their sum learns twice as fast as the
    one bias of Keras.

    Arguments are those of `keras.layers.LSTMCell`, with tanh, sigmoid, a bias
    and no dropout.
    """

    def build(self, input_shape: tuple) -> None:
        """Makes the variables for inputs [batch, dim]."""
        super().build(input_shape)
        self.recurrent_bias = self.add_weight(
            shape=(4 * self.units,),
            name="recurrent_bias",
            # The same object would draw the values of the first bias again.
            initializer=self.bias_initializer.clone(),
        )

    def call(
        self,
        inputs: tf.Tensor,
        states: list[tf.Tensor],
        training: bool | None = None,
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Output [batch, units], and the states after it.

        Args:
            inputs: `[batch, dim]`.
            states: output and cell before, `[batch, units]` each.
            training: of no effect.
        """
        output, cell = states
        gates = (
            tf.matmul(inputs, self.kernel)
            + self.bias
            + tf.matmul(output, self.recurrent_kernel)
            + self.recurrent_bias
        )
        # [batch, units] each, in the order of Keras.
        enter, keep, new, leave = tf.split(gates, 4, axis=-1)
        cell = tf.sigmoid(keep) * cell + tf.sigmoid(enter) * tf.tanh(new)
        output = tf.sigmoid(leave) * tf.tanh(cell)
        return output, [output, cell]
