"""Predicts the next moving code from the codes so far and the fixed code."""

import keras
import numpy as np
import tensorflow as tf

from mipae_tf.networks.lstm_stack import LSTMStack
from mipae_tf.networks.lstm_stack import States


class LatentPredictor(keras.layers.Layer):
    """An LSTM on standardised latents (MIPAE poster, eq. 7).

    Args:
        moving_dim: size of the code that is predicted.
        fixed_dim: size of the code that conditions it; 0 for none.
        hidden_dim: units of each LSTM layer.
        layers: number of LSTM layers.
        target: 'code' (the LSTM gives the next code, squashed by tanh, as
            published) or 'difference' (it gives what is to be added to the
            last code, in standard deviations).
        layer_rules: 'keras' or 'torch', see `ModelConfig`.
    """

    def __init__(
        self,
        moving_dim: int,
        fixed_dim: int,
        hidden_dim: int,
        layers: int,
        target: str,
        layer_rules: str = "keras",
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self.target = target
        self.fixed_dim = fixed_dim
        published, torch = target == "code", layer_rules == "torch"
        self.lstm = LSTMStack(
            moving_dim,
            hidden_dim=hidden_dim,
            layers=layers,
            activation="tanh" if published else "linear",
            init="torch" if published or torch else "keras",
            biases=2 if torch else 1,
            use_cudnn=False,  # a cuDNN kernel could not be served on a CPU
        )
        self.lstm.build((None, None, moving_dim + fixed_dim))
        self.moving_scale = _Standardiser(moving_dim, name="moving")
        self.fixed_scale = _Standardiser(fixed_dim, name="fixed")
        self.built = True

    def fit_scale(self, moving: np.ndarray, fixed: np.ndarray | None) -> None:
        """Takes means and deviations of latents over all training frames.

        The published predictor sees codes as they are; it has no use of this.

        Args:
            moving: `[..., moving_dim]`.
            fixed: `[..., fixed_dim]`.
        """
        self.moving_scale.fit(moving)
        if self.fixed_dim and fixed is not None:
            self.fixed_scale.fit(fixed)

    def follow(
        self, codes: tf.Tensor, fixed: tf.Tensor | None
    ) -> tuple[tf.Tensor, States]:
        """Teacher-forced predictions.

        Args:
            codes: true codes `[batch, time, moving_dim]`.
            fixed: `[batch, fixed_dim]`; not looked at where fixed_dim is 0.

        Returns:
            `[batch, time, moving_dim]`, what is expected after each code, and
            the LSTM states after the last.
        """
        out, states = self.lstm(self._inputs(codes, fixed), return_states=True)
        return self._next(codes, out), states

    def listen(self, codes: tf.Tensor, fixed: tf.Tensor | None):
        """LSTM states after codes `[batch, time, moving_dim]`, time 0 too."""
        # An LSTM layer cannot go over no time at all.
        nothing = self.lstm.initial_state(tf.shape(codes)[0])
        if codes.shape[1] == 0:
            return nothing
        return tf.cond(
            tf.shape(codes)[1] > 0,
            lambda: self.follow(codes, fixed)[1],
            lambda: nothing,
        )

    def advance(self, code: tf.Tensor, fixed: tf.Tensor | None, states):
        """The code after `code [batch, moving_dim]`, and the next states."""
        inputs = self._inputs(code[:, None], fixed)[:, 0]
        out, states = self.lstm.step(inputs, states)
        return self._next(code, out), states

    def _inputs(self, codes: tf.Tensor, fixed: tf.Tensor | None) -> tf.Tensor:
        codes = self.moving_scale.standardise(codes)
        if not self.fixed_dim:
            return codes
        fixed = self.fixed_scale.standardise(fixed)[:, None]
        shape = tf.concat([tf.shape(codes)[:2], tf.shape(fixed)[2:]], axis=0)
        return tf.concat(
            [codes, tf.broadcast_to(fixed, shape)], axis=-1
        )  # [batch, time, moving_dim + fixed_dim]

    def _next(self, codes: tf.Tensor, out: tf.Tensor) -> tf.Tensor:
        if self.target == "code":
            return out
        return codes + out * self.moving_scale.deviation


class _Standardiser(keras.layers.Layer):
    """Mean and deviation of a code, kept with the weights."""

    def __init__(self, dim: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.mean = self.add_weight(
            shape=(dim,), initializer="zeros", trainable=False, name="mean"
        )
        self.deviation = self.add_weight(
            shape=(dim,), initializer="ones", trainable=False, name="deviation"
        )
        self.built = True

    def fit(self, codes: np.ndarray) -> None:
        flat = codes.reshape(-1, codes.shape[-1]).astype(np.float64)
        deviation = flat.std(axis=0)
        self.mean.assign(flat.mean(axis=0))
        # A dead dimension stays at zero instead of being blown up.
        self.deviation.assign(np.where(deviation > 1e-6, deviation, 1.0))

    def standardise(self, codes: tf.Tensor) -> tf.Tensor:
        return (codes - self.mean) / self.deviation
