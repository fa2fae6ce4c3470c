"""The recurrence over components and time, and the posteriors of poses."""

import math
from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.layers import kernel_initializer
from mipae_tf.networks.lstm_stack import lstm_init
from mipae_tf.networks.scan_time import scan_time
from mipae_tf.networks.torch_lstm import TorchLSTMCell

POSE_DIM = 3  # scale, x, y
LEAST_DEVIATION = 1e-6  # keeps the KL divergence finite
# Output and cell state of an LSTM for each component, [batch, components,
# units] each.
States = tuple[tf.Tensor, tf.Tensor]


class PoseNetwork(keras.layers.Layer):
    """Posteriors of the initial poses and of their changes.

    One LSTM reads the frames for each component in turn. At every frame it is
    also given its own output for the component before: that alone makes
    components differ. A second LSTM goes on from its states without frames.

    Args:
        components: number of components, K.
        image_dim: size of the code of a frame.
        units: units of each LSTM.
        independent: whether the second LSTM is not given the component before.
        first_deviation: initial standard deviation of the change of a pose.
        rules: `keras` or `torch`, see `ModelConfig.layer_rules`.
        **kwargs: `name` of the layer.
    """

    def __init__(
        self,
        components: int,
        image_dim: int,
        units: int,
        independent: bool,
        first_deviation: float,
        rules: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.components = components
        self.units = units
        self.independent = independent
        self.reader = make_cell(units, rules)
        self.predictor = make_cell(units, rules)
        self.starter = make_cell(units, rules)
        # Shared by the frames that are read and those that are predicted.
        self.transition = SoftplusGaussian(POSE_DIM, first_deviation)
        self.initial = SoftplusGaussian(POSE_DIM)
        self.reader.build((None, image_dim + units))
        self.predictor.build((None, units * (1 if independent else 2)))
        self.starter.build((None, units))
        self.transition.build((None, units))
        self.initial.build((None, units))
        self.built = True

    def no_states(self, batch: tf.Tensor) -> States:
        """States before the first frame."""
        zeros = tf.zeros(tf.stack([batch, self.components, self.units]))
        return zeros, zeros

    def read(
        self, codes: tf.Tensor, states: States
    ) -> tuple[tf.Tensor, States]:
        """h[i, j] of every frame j and component i.

        Args:
            codes: codes of frames, `[batch, time, image_dim]`.
            states: states before the first of them.

        Returns:
            `[batch, time, components, units]`, and the states after the last.
        """

        def step(states: States, code: tf.Tensor):
            states = self._each_component(
                lambda i, above, own: self.reader(
                    tf.concat([code, above], axis=-1), own
                ),
                states,
            )
            return states, states[0]

        states, hidden = scan_time(step, states, codes)
        return hidden, states

    def predict(self, states: States) -> States:
        """The states one frame later, without that frame.

        The first component of the result is h[i, k]. The first call takes the
        states of `read`, every other one those of the call before.
        """

        def step(i: int, above: tf.Tensor, own: list[tf.Tensor]):
            inputs = own[0]
            if not self.independent:
                inputs = tf.concat([inputs, above], axis=-1)
            return self.predictor(inputs, own)

        return self._each_component(step, states)

    def start(self, first: tf.Tensor) -> Gaussian:
        """q(p_0) of each component, `[batch, components, 3]`.

        Args:
            first: h[i, 0], `[batch, components, units]`.
        """
        zeros = tf.zeros_like(first[:, 0])

        def step(states, hidden):
            output, states = self.starter(hidden, states)
            return states, output

        _, hidden = scan_time(step, [zeros, zeros], first)
        return self.initial(hidden)

    def _each_component(self, step, states: States) -> States:
        """Applies a cell to one component after the other.

        Args:
            step: `(index, output for the component before, own states) ->
                (output, states)`.
            states: states of all components.
        """
        above = tf.zeros_like(states[0][:, 0])  # [batch, units]
        after = []
        for i in range(self.components):
            own = [state[:, i] for state in states]
            above, own = step(i, above, own)
            after.append(own)
        outputs, cells = zip(*after, strict=True)
        return tf.stack(outputs, axis=1), tf.stack(cells, axis=1)


@keras.saving.register_keras_serializable("mipae_tf")
class SoftplusGaussian(keras.layers.Layer):
    """A linear layer: mean, and the standard deviation before a softplus.

    Args:
        dim: dimensions of the Gaussian.
        first_deviation: initial standard deviation; by default softplus(0).
        **kwargs: `name` of the layer.
    """

    def __init__(
        self, dim: int, first_deviation: float = math.log(2.0), **kwargs
    ) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.dim = dim
        self.first_deviation = first_deviation
        first = tf.math.log(tf.math.expm1(first_deviation)).numpy()
        self.mean = keras.layers.Dense(
            dim, kernel_initializer=kernel_initializer(), dtype="float32"
        )
        self.raw = keras.layers.Dense(
            dim,
            kernel_initializer=kernel_initializer(),
            bias_initializer=keras.initializers.Constant(first),
            dtype="float32",
        )

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for features `[..., features]`."""
        self.mean.build(input_shape)
        self.raw.build(input_shape)

    def call(self, features: tf.Tensor) -> Gaussian:
        """The Gaussian `[..., dim]` of features `[..., features]`."""
        deviation = tf.math.softplus(self.raw(features)) + LEAST_DEVIATION
        return Gaussian(self.mean(features), tf.math.log(deviation))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            "name": self.name,
            "dim": self.dim,
            "first_deviation": self.first_deviation,
        }


def make_cell(units: int, rules: str) -> keras.layers.Layer:
    """An LSTM cell in float32.

    Args:
        units: number of units.
        rules: `keras`, or `torch` for its initial values and its two biases.
    """
    if rules == "keras":
        return keras.layers.LSTMCell(units, dtype="float32")
    return TorchLSTMCell(
        units, dtype="float32", **lstm_init(rules, units, biases=2)
    )
