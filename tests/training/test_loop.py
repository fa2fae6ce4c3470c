import numpy as np
import pytest
import tensorflow as tf
from models.harness import arrays_of
from models.harness import moving_clips
from models.harness import random_model

from mipae_tf.data import batches
from mipae_tf.training.loop import StageLoop

STEPS = 4


@pytest.mark.parametrize(
    "index",
    [
        pytest.param(0, id="representation", marks=pytest.mark.slow),
        pytest.param(1, id="dynamics"),
    ],
)
def test_fit_and_loop_give_the_same_weights(index):
    trained = []
    for drive in (by_loop, by_fit):
        model = random_model("mipae")
        stage = model.stages()[index]
        for weight in getattr(stage, "critic", model.network.predictor).weights:
            weight.assign(tf.ones_like(weight) * 0.01)
        arrays = arrays_of(model, stage, moving_clips())
        if stage.streams == ("latents",):
            stage.prepare(arrays)
        losses = drive(stage, arrays)
        assert int(stage.step) == STEPS
        trained.append((losses, stage.get_weights()))
    (loop_losses, loop_weights), (fit_losses, fit_weights) = trained
    assert set(loop_losses) == set(fit_losses)
    for name, value in loop_losses.items():
        assert fit_losses[name] == pytest.approx(value, rel=1e-4, abs=1e-6)
    for one, two in zip(loop_weights, fit_weights, strict=True):
        np.testing.assert_allclose(two, one, atol=1e-5)


def by_loop(stage, arrays):
    loop = StageLoop(stage, arrays, tf.distribute.get_strategy())
    loop.run(3)  # calls may have different lengths
    losses, waited = loop.run(1)
    assert waited >= 0.0
    return losses


def by_fit(stage, arrays):
    data = batches(arrays, stage.plan, stage.seed, 0, STEPS)
    history = stage.fit(data, verbose=0).history
    return {name: value[0] for name, value in history.items()}


def test_reset_means():
    model = random_model("ae_lstm", learning_rate=1e-30)
    stage = model.stages()[0]
    loop = StageLoop(stage, moving_clips(), tf.distribute.get_strategy())
    loop.run(1)
    loop.reset_means()
    last, _ = loop.run(1)
    batch = list(batches(moving_clips(), stage.plan, 0, 1, 2))[0]
    alone = stage.evaluate_losses(batch)["loss"]
    assert last["loss"] == pytest.approx(float(alone), rel=1e-4)
