"""A linear-Gaussian system with closed-form likelihood and bound.

z_1 ~ N(0, 1), z_t = a z_{t-1} + N(0, q), x_t = z_t + N(0, r), all scalars.
"""

import dataclasses

import keras
import numpy as np
import tensorflow as tf
from scipy.optimize import minimize

from mipae_tf.models.independent_prediction.network import (
    IndependentPredictionNetwork,
)
from mipae_tf.networks.gaussian_head import Gaussian


@dataclasses.dataclass(frozen=True)
class System:
    """Parameters of the system; its series have `time` steps."""

    decay: float = 0.95
    process: float = 0.1
    observation: float = 0.25
    time: int = 8

    def draw(self, series, seed):
        """Samples observations, float32 `[series, time]`."""
        random = np.random.default_rng(seed)
        z, observed = random.normal(size=series), []
        for time in range(self.time):
            if time:
                z = self.decay * z
                z += np.sqrt(self.process) * random.normal(size=series)
            noise = np.sqrt(self.observation) * random.normal(size=series)
            observed.append(z + noise)
        return np.stack(observed, axis=1).astype("float32")

    def log_likelihood(self, observed):
        """Exact log p(x) of each series in nats, from a Kalman filter."""
        mean, variance = np.zeros(len(observed)), 1.0
        total = np.zeros(len(observed))
        for x in observed.T:
            spread = variance + self.observation
            total -= 0.5 * np.log(2 * np.pi * spread)
            total -= 0.5 * (x - mean) ** 2 / spread
            gain = variance / spread
            mean = self.decay * (mean + gain * (x - mean))
            variance = self.decay**2 * (1.0 - gain) * variance + self.process
        return total

    def covariance(self):
        """Covariance of the observations, `[time, time]`."""
        variance = [1.0]
        for _ in range(self.time - 1):
            variance.append(self.decay**2 * variance[-1] + self.process)
        lag = np.abs(np.subtract.outer(np.arange(self.time), range(self.time)))
        first = np.minimum.outer(np.arange(self.time), np.arange(self.time))
        hidden = self.decay**lag * np.array(variance)[first]
        return hidden + self.observation * np.eye(self.time)

    def bound(self, alpha, beta, log_scale):
        """Expected lower bound of a series under a linear filter, in nats.

        q(z_t | z_{t-1}, x_t) = N(alpha z_{t-1} + beta x_t, s²). Parameters are
        `[2]`: for the first step (where alpha has no effect) and later steps.
        The loop propagates the second moments of the true state w and of the
        state z of the filter.
        """
        ww, wz, zz, total = 1.0, 0.0, 0.0, 0.0
        for time in range(self.time):
            later = min(time, 1)
            keep, decay, p = (
                (alpha[1], self.decay, self.process) if time else (0, 0, 1.0)
            )
            b, s2 = beta[later], np.exp(2 * log_scale[later])
            if time:
                ww, wz = decay**2 * ww + self.process, decay * wz
            xx, xz = ww + self.observation, wz
            after = keep**2 * zz + b**2 * xx + 2 * keep * b * xz + s2
            miss = xx - 2 * (keep * xz + b * xx) + after
            pull = keep - decay
            apart = pull**2 * zz + b**2 * xx + 2 * pull * b * xz
            total -= 0.5 * np.log(2 * np.pi * self.observation)
            total -= 0.5 * miss / self.observation
            total -= 0.5 * (np.log(p / s2) + (s2 + apart) / p - 1.0)
            wz, zz = keep * wz + b * ww, after
        return total

    def best_filter(self):
        """The alpha, beta and log-scale that maximize the bound."""
        found = minimize(
            lambda numbers: -self.bound(*numbers.reshape(3, 2)),
            np.array([0.0, 0.6, 0.3, 0.3, -1.0, -1.0]),
        )
        return found.x.reshape(3, 2)


class LinearStateSpace(IndependentPredictionNetwork):
    """The networks of the known system; only the posterior is trained.

    Frames are single pixels, encoded and decoded by the identity.
    """

    def __init__(self, system, posterior):
        keras.layers.Layer.__init__(self)
        self.factors = self.factor_dim = self.dim = 1
        self.system = system
        self.posterior = posterior
        self.built = True

    def transition(self, states):
        log_scale = 0.5 * np.log(self.system.process)
        return Gaussian(
            self.system.decay * states, tf.zeros_like(states) + log_scale
        )

    def features(self, frames, training=False):
        return frames[..., 0, 0]

    def decode(self, states, training=False):
        return states[..., None, None]


class LinearPosterior(keras.layers.Layer):
    """N(alpha z_{t-1} + beta x_t, s²) from the predicted Gaussian.

    As in `FilterPosterior`, the gradient of the prediction is stopped.
    """

    def __init__(self, system, numbers):
        super().__init__()
        self.system = system
        self.numbers = self.add_weight(shape=(3, 2))
        self.numbers.assign(numbers)
        self.built = True

    def call(self, features, predicted):
        predicted = tf.nest.map_structure(tf.stop_gradient, predicted)
        # Only the first prediction has a scale of 1.
        later = tf.cast(predicted.scale < 0.99, tf.float32)  # [batch, 1]
        first, others = tf.unstack(self.numbers, axis=1)
        numbers = (1.0 - later) * first + later * others  # [batch, 3]
        alpha, beta, log_scale = tf.split(numbers, 3, axis=-1)
        before = predicted.mean / self.system.decay
        return Gaussian(alpha * before + beta * features, log_scale)
