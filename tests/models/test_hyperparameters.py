"""Each hyper-parameter has an effect."""

import dataclasses
import functools

import numpy as np
import pytest
from models.harness import LIBRARY_MODELS
from models.harness import arrays_of
from models.harness import batch_of
from models.harness import moving_clips
from models.harness import random_model
from models.harness import small_config
from models.harness import values

from mipae_tf.models import config_class

# Other values of hyper-parameters for which `other` has no rule.
OTHER = {
    "backbone": "coordinate",
    "beta_1": 0.7,
    "beta_2": 0.99,
    "bound": "nwj",
    "ema": 0.5,
    "clip_norm": 1e-3,
    "factor_dim": 8,
    "first_log_scale": -1.0,
    "frame_distance": 1,
    "object_price": 1e9,
    "scale_range": 0.0,
    "kl_warmup": 10,
    "augment_contrast": 0.5,
    "augment_shift": 8,
    "augment_zoom": 0.3,
    "draw_weight": 0.5,
    "encoder": True,
    "instance_noise": 0.1,
    "time_kernel": 1,
    "weight_decay": 0.5,
}
# What else must be set, so that a hyper-parameter has an effect.
FORECASTS = {"forecast_steps": 4}
NEEDS = {
    "forecast_learning_rate": FORECASTS,
    "forecast_batch_size": FORECASTS,
    "forecast_loss": {**FORECASTS, "forecast_loss": "log_error"},
    "forecast_frames": {**FORECASTS, "forecast_frames": 1},
    "draw_weight": {"output": "blended"},
    "encoder": {"categories": 0},
    "mocogan-feature_dim": {"categories": 0, "encoder": True},
    "reconstruction_weight": {"categories": 0, "encoder": True},
}
# Hyper-parameters without effect on the observations, of all models or of one.
EXCEPTIONS = {
    "keep": "affects checkpoints: test_checkpoints",
    "marginals": "needs several replicas: test_representation_stage",
    "swap_limit": "has no effect in the first step: test_object_stage",
    "overlap": "needs masks that overlap: test_scene",
    "position_weight": "affects the order of objects: test_ordering",
    "ae_lstm-lstm_content": "this model has no content",
    "independent_prediction-layer_rules": "affects batch normalization, which "
    "the small model does not have: test_batch_norm",
}
# Tested by default: neither sizes nor rates, and without another fast test.
BY_DEFAULT = (
    "ae_lstm-code",
    "ae_lstm-lstm_target",
    "independent_prediction-residual",
    "independent_prediction-observation_variance",
)


def other(field, value):
    """Another value of a field."""
    if field.name in OTHER:
        return OTHER[field.name]
    if choices := field.metadata["choices"]:
        return next(choice for choice in choices if choice != value)
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else 2 * value


def observations(name, **given):
    """Properties of a model and its training, the cheapest first."""
    model = random_model(name, **given)
    stages = model.stages()
    yield [variable.shape for s in stages for variable in s.state()]
    random = np.random.default_rng(0)
    yield [
        (
            s.streams,
            s.total_steps,
            s.latent_copies,
            s.plan.times(8, random).tolist(),
        )
        for s in stages
    ]
    yield [
        (type(opt).__name__, numbers(opt.get_config()))
        for s in stages
        for opt in s.optimizers
    ]
    batches = []
    for stage in stages:
        arrays = arrays_of(model, stage, moving_clips())
        if stage.streams == ("latents",):
            stage.prepare(arrays)
        batches.append(batch_of(stage, arrays))
    losses = [s.evaluate_losses(b) for s, b in zip(stages, batches)]
    yield [{k: float(v) for k, v in found.items()} for found in losses]
    losses = [s.update(b) for s, b in zip(stages, batches)]
    yield [{k: float(v) for k, v in found.items()} for found in losses]
    yield [np.sum(x) for s in stages for x in values(s.trainable_variables)]


def numbers(config):
    """A config without the names that Keras numbers."""
    return {
        key: numbers(value) if isinstance(value, dict) else value
        for key, value in config.items()
        if key != "name"
    }


@functools.cache
def usual(name, *given):
    """Cached observations of a small model, evaluated lazily."""
    return Replayed(observations(name, **dict(given)))


class Replayed:
    """A generator that can be iterated repeatedly."""

    def __init__(self, source):
        self.source, self.seen = source, []

    def __iter__(self):
        yield from self.seen
        for each in self.source:
            self.seen.append(each)
            yield each


def cases():
    """All fields of all models."""
    for name in LIBRARY_MODELS:
        for field in dataclasses.fields(config_class(name)):
            case = f"{name}-{field.name}"
            if not {case, field.name} & set(EXCEPTIONS):
                marks = [pytest.mark.slow] * (case not in BY_DEFAULT)
                yield pytest.param(name, field, marks=marks, id=case)


@pytest.mark.parametrize("name, field", cases())
def test_each_hyperparameter_has_an_effect(name, field):
    needed = NEEDS.get(field.name) or NEEDS.get(f"{name}-{field.name}", {})
    value = small_config(name, **needed).get(field.name, field.default)
    given = {**needed, field.name: other(field, value)}
    pairs = zip(
        usual(name, *needed.items()), observations(name, **given), strict=True
    )
    assert any(one != two for one, two in pairs), "it has no effect"
