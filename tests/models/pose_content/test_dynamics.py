import numpy as np
import pytest
import tensorflow as tf
from models.harness import arrays_of
from models.harness import batch_of
from models.harness import changed
from models.harness import moving_clips
from models.harness import random_model
from models.harness import values

from mipae_tf.models import Context

PUBLISHED = {
    "normalization": "batch",
    "code": "tanh",
    "lstm_target": "code",
    "dynamics_input": "frames",
}


@pytest.mark.parametrize(
    "name, origin", [("mipae", "zero"), ("ae_lstm", "zero"), ("mipae", "last")]
)
def test_training_uses_the_roll_out_of_a_forecast(name, origin):
    """The horizon loss is the error of the codes that `step` predicts."""
    model = random_model(name, lstm_content=True, lstm_origin=origin)
    video = moving_clips(4, 5)
    stage = model.stages()[1]
    latents = arrays_of(model, stage, video)
    stage.prepare(latents)
    losses = stage.evaluate_losses(latents)  # the window is the whole clip
    state = model.start(Context(tf.constant(video[:, :2])), tf.constant([0, 0]))
    ahead = []
    for _ in range(3):
        _, state = model.step(state)
        ahead.append(state["code"])
    ahead, true = np.stack(ahead, axis=1), latents[model.config.MOVING_LATENT]
    if origin == "last":  # errors do not change, their scale does
        first = true[:, 1:2]
        ahead, true = ahead - first, true - first
    deviation = np.maximum(true.reshape(-1, true.shape[-1]).std(axis=0), 1e-6)
    horizon = np.mean(((ahead - true[:, 2:]) / deviation) ** 2)
    assert float(losses["horizon"]) == pytest.approx(horizon, rel=1e-3)
    fixed = (
        latents[model.config.FIXED_LATENT][:, 1]
        if model.config.FIXED_LATENT
        else true[:, 0, :0]
    )
    seen = model.network.predictor.teacher_forced(true[:, :1], fixed)[0]
    context = np.mean(((seen - true[:, 1:2]) / deviation) ** 2)
    assert float(losses["context"]) == pytest.approx(context, rel=1e-3)
    total = 0.5 * (context + horizon)
    assert float(losses["loss"]) == pytest.approx(total, rel=1e-3)


def test_only_the_predictor_is_trained_and_its_loss_decreases():
    model, video = (
        random_model("mipae", dynamics_learning_rate=1e-2),
        moving_clips(),
    )
    stage = model.stages()[1]
    latents = arrays_of(model, stage, video)
    stage.prepare(latents)
    batch = batch_of(stage, latents)
    learnt = model.network.predictor.trainable_variables
    others = [v for v in model.variables if all(v is not w for w in learnt)]
    before = values(learnt), values(others)
    first = float(stage.evaluate_losses(batch)["loss"])
    for _ in range(10):
        stage.update(batch)
    assert all(changed(learnt, before[0]))
    assert not any(changed(others, before[1]))
    assert float(stage.evaluate_losses(batch)["loss"]) < first


@pytest.mark.parametrize("name", ["mipae", "ae_lstm"])
def test_the_published_loss(name):
    model, video = random_model(name, **PUBLISHED), moving_clips(4, 5)
    stage = model.stages()[1]
    assert stage.streams == ("video",)
    codes = model.encode(video)[model.config.MOVING_LATENT].numpy()
    fixed = codes[:, 0, :0]
    if model.config.FIXED_LATENT:
        fixed = model.encode(video[:, :2])[model.config.FIXED_LATENT]
    followed = model.network.predictor.teacher_forced(codes[:, :-1], fixed)[
        0
    ].numpy()
    expected = sum(
        np.mean((followed[:, t] - codes[:, t + 1]) ** 2) for t in range(4)
    )
    loss = stage.evaluate_losses(tf.constant(video))["loss"]
    assert float(loss) == pytest.approx(expected, rel=1e-4)


def test_published_encoders_are_frozen_and_in_training_mode():
    model, video = random_model("mipae", **PUBLISHED), moving_clips()
    stage = model.stages()[1]
    batch = batch_of(stage, video)
    frozen = [
        model.network.content_encoder,
        model.network.pose_encoder,
        model.network.decoder,
    ]
    weights = [w for network in frozen for w in network.trainable_variables]
    before = values(weights)
    averages = [
        [w for w in network.non_trainable_variables if "moving" in w.path]
        for network in frozen
    ]
    old = [values(variables) for variables in averages]
    learnt = values(model.network.predictor.trainable_variables)
    calm = stage.evaluate_losses(batch)["loss"]
    trained = stage.update(batch)["loss"]
    # Batch statistics give other codes; moving averages are restored.
    assert abs(float(trained) - float(calm)) > 1e-3
    assert not any(changed(weights, before))
    assert any(changed(model.network.predictor.trainable_variables, learnt))
    moved = [all(map(bool, changed(v, o))) for v, o in zip(averages, old)]
    assert moved == [False, False, False]


def test_the_frames_of_a_step():
    stage = random_model("mipae", context=3, train_horizon=4).stages()[1]
    assert (stage.plan.clips, stage.plan.frames) == (4, 7)


def test_motion_from_the_last_code_does_not_depend_on_where_it_is():
    model = random_model("mipae", lstm_origin="last")
    network, stage = model.network, model.stages()[1]
    codes = np.random.default_rng(0).normal(size=(4, 5, 3)).astype(np.float32)
    content = np.zeros((4, 5, 6), np.float32)
    losses = [
        float(
            stage.evaluate_losses({"pose": codes + at, "content": content})[
                "loss"
            ]
        )
        for at in (0.0, 2.5)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    np.testing.assert_array_equal(network.origin(codes), codes[:, -1:])
