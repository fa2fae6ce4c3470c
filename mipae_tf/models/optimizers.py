"""Optimizers as the configs name them."""

from typing import Any

import keras

from mipae_tf.keras_settings import keras_defaults
from mipae_tf.models.torch_adam import TorchAdam

EPSILON = 1e-8  # PyTorch's default, which no published code changes


class Cosine(keras.optimizers.schedules.CosineDecay):
    """Keras' schedule, in float32 whatever Keras' float type is."""

    @keras_defaults()
    def __call__(self, step: Any) -> Any:
        """The rate at a step."""
        return super().__call__(step)


@keras_defaults()
def make_adam(
    learning_rate: float,
    beta_1: float,
    beta_2: float = 0.999,
    schedule: str = "constant",
    steps: int = 1,
    ema: float = 0.0,
    epsilon: str = "keras",
) -> keras.optimizers.Adam:
    """Adam with an epsilon of 1e-8.

    Args:
        learning_rate: the rate, its peak under a schedule.
        beta_1: decay of the first moment.
        beta_2: decay of the second moment.
        schedule: 'constant', or 'cosine': a linear warm-up over a fiftieth
            of the steps, then a half cosine to a hundredth of the rate.
        steps: number of steps that the schedule covers.
        ema: decay of a moving average of the weights, kept beside them; 0
            for none.
        epsilon: 'keras' adds epsilon before the bias correction, 'torch'
            after it, see `TorchAdam`.
    """
    if schedule == "cosine":
        warmup = max(1, steps // 50)
        learning_rate = Cosine(
            initial_learning_rate=0.0,
            warmup_target=learning_rate,
            warmup_steps=warmup,
            decay_steps=max(1, steps - warmup),
            alpha=0.01,
        )
    adam = {"keras": keras.optimizers.Adam, "torch": TorchAdam}[epsilon]
    return adam(
        learning_rate,
        beta_1,
        beta_2,
        epsilon=EPSILON,
        use_ema=ema > 0.0,
        ema_momentum=ema or 0.99,
    )
