"""Adam as in its paper and in PyTorch."""

import math

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("mipae_tf")
class TorchAdam(keras.optimizers.Adam):
    """Adam that adds epsilon after the bias correction.

    A step is -rate · m̂ / (√v̂ + ε), with m̂ = m / (1 - β₁ᵗ) and
    v̂ = v / (1 - β₂ᵗ). This is Algorithm 1 of the paper, and the behavior of
    PyTorch since version 1.3. `keras.optimizers.Adam` adds ε to √v instead,
    which is equivalent to ε / √(1 - β₂ᵗ): for ε = 1e-8 this is 3.2e-7 at the
    first step and 1.3e-8 at step 1,000. For gradients of that size, steps are
    then much smaller.

    The arguments are those of `keras.optimizers.Adam`, except that `amsgrad`
    is not supported.

    References:
        - Adam (https://arxiv.org/abs/1412.6980).
        - PyTorch's change (https://github.com/pytorch/pytorch/pull/22628).
    """

    def update_step(
        self, gradient: tf.Tensor, variable: tf.Variable, learning_rate
    ) -> None:
        """Updates one variable and its two moments."""
        rate = tf.cast(learning_rate, variable.dtype)
        gradient = tf.cast(gradient, variable.dtype)
        index = self._get_variable_index(variable)
        first, second = self._momentums[index], self._velocities[index]
        self.assign_add(first, (gradient - first) * (1.0 - self.beta_1))
        self.assign_add(
            second, (tf.square(gradient) - second) * (1.0 - self.beta_2)
        )
        first_hat = first / self._correction(self.beta_1, variable.dtype)
        second_hat = second / self._correction(self.beta_2, variable.dtype)
        self.assign_sub(
            variable,
            rate * first_hat / (tf.sqrt(second_hat) + self.epsilon),
        )

    def _correction(self, decay: float, dtype: tf.DType) -> tf.Tensor:
        """1 - decayᵗ, computed without cancellation."""
        step = tf.cast(self.iterations + 1, dtype)
        log = math.log(decay) if decay else -math.inf
        return -tf.math.expm1(step * log)
