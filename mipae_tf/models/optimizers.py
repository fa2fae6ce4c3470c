"""Optimizers and learning rate schedules."""

from typing import Any

import keras

from mipae_tf.keras_settings import keras_defaults
from mipae_tf.models.config import ModelConfig
from mipae_tf.models.torch_adam import TorchAdam

ADAM_EPSILON = 1e-8  # PyTorch's default, used by all published codes


class CosineSchedule(keras.optimizers.schedules.CosineDecay):
    """Keras' cosine schedule, in float32 whatever `keras.config.floatx` is."""

    @keras_defaults()
    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        return super().__call__(step)


class StepSchedule(keras.optimizers.schedules.PiecewiseConstantDecay):
    """Keras' steps, in float32 whatever `keras.config.floatx` is."""

    @keras_defaults()
    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
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
        learning_rate: the learning rate; its maximum under a schedule.
        beta_1: decay of the first moment.
        beta_2: decay of the second moment.
        schedule: 'constant'; 'cosine': a linear warm-up over the first 2 %
            of the steps, then a cosine decay to 1 % of the learning rate; or
            'step': a tenth of the learning rate in the second half.
        steps: number of steps of the schedule.
        ema: decay of a moving average of the weights; 0 for none.
        epsilon: 'keras' adds epsilon before the bias correction, 'torch'
            after it, see `TorchAdam`.
    """
    if schedule == "cosine":
        warmup = max(1, steps // 50)
        learning_rate = CosineSchedule(
            initial_learning_rate=0.0,
            warmup_target=learning_rate,
            warmup_steps=warmup,
            decay_steps=max(1, steps - warmup),
            alpha=0.01,
        )
    if schedule == "step":
        # Keras includes the boundary in the first part.
        learning_rate = StepSchedule(
            [steps // 2 - 1], [learning_rate, 0.1 * learning_rate]
        )
    adam = {"keras": keras.optimizers.Adam, "torch": TorchAdam}[epsilon]
    return adam(
        learning_rate,
        beta_1,
        beta_2,
        epsilon=ADAM_EPSILON,
        use_ema=ema > 0.0,
        ema_momentum=ema or 0.99,
    )


def make_first_adam(config: ModelConfig, steps: int) -> keras.optimizers.Adam:
    """The optimizer of the first stage, as the config of the model says.

    Args:
        config: hyper-parameters.
        steps: length of the stage.
    """
    return make_adam(
        config.learning_rate,
        config.beta_1,
        config.beta_2,
        config.schedule,
        steps,
        config.ema,
        config.adam_epsilon,
    )


def make_later_adam(
    config: ModelConfig, learning_rate: float, steps: int
) -> keras.optimizers.Adam:
    """The optimizer of a later stage, with Adam's usual betas.

    Args:
        config: hyper-parameters.
        learning_rate: initial learning rate of the stage.
        steps: length of the stage.
    """
    return make_adam(
        learning_rate,
        beta_1=0.9,
        schedule=config.schedule,
        steps=steps,
        ema=config.ema,
        epsilon=config.adam_epsilon,
    )
