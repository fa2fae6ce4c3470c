import numpy as np
import pytest
import tensorflow as tf
from models.harness import FRAME
from models.harness import batch_of
from models.harness import moving_clips
from models.harness import random_model
from models.harness import small_config

from mipae_tf.models import Context
from mipae_tf.models import make_model
from mipae_tf.objectives.elbo import gaussian_kl

NAMES = ["svg_fp", "svg_lp"]
KEY = tf.constant([0, 0])


def codes(steps=5):
    """Random codes [2, steps, 7] and noise [2, steps, 3]."""
    random = np.random.default_rng(0)
    h = random.normal(size=(2, steps, 7)).astype("float32")
    noise = random.normal(size=(2, steps, 3)).astype("float32")
    return tf.constant(h), tf.constant(noise)


@pytest.mark.parametrize("name", NAMES)
def test_futures_depend_only_on_the_seed(name):
    model, video = random_model(name), moving_clips(2)
    one, again, other = (
        model.forecast(video[:, :3], 3, seed=seed) for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).numpy().any()


def test_only_svg_lp_has_a_learned_prior():
    fixed, learned = (random_model(name).network for name in NAMES)
    assert fixed.prior is None
    h, noise = codes()
    found, memory = fixed.teacher_forced(h[:, :-1], h[:, 1:], noise[:, 1:])
    np.testing.assert_array_equal(found["prior"].mean, np.zeros((2, 4, 3)))
    np.testing.assert_array_equal(found["prior"].scale, np.ones((2, 4, 3)))
    assert "prior" not in memory
    found, memory = learned.teacher_forced(h[:, :-1], h[:, 1:], noise[:, 1:])
    assert np.abs(found["prior"].mean).min() > 0.0
    assert "prior" in memory


def test_the_prior_uses_the_past_and_the_posterior_the_present():
    network = random_model("svg_lp").network
    h, noise = codes()
    past, present = h[:, :-1], h[:, 1:]
    before, _ = network.teacher_forced(past, present, noise[:, 1:])
    last = tf.constant([0.0] * 3 + [1.0])[:, None]
    other_past, _ = network.teacher_forced(past + last, present, noise[:, 1:])
    other_present, _ = network.teacher_forced(
        past, present + last, noise[:, 1:]
    )

    def moved(found, name):
        apart = np.abs(found[name].mean - before[name].mean)
        return (apart.max(axis=(0, 2)) > 1e-6).tolist()

    still, at_last = [False] * 4, [False] * 3 + [True]
    assert moved(other_past, "prior") == at_last
    assert moved(other_past, "posterior") == still
    assert moved(other_present, "prior") == still
    assert moved(other_present, "posterior") == at_last


@pytest.mark.parametrize("name", NAMES)
def test_steps_with_true_frames_equal_the_whole_sequence(name):
    """`step` and `observe` give the same memory as `teacher_forced`."""
    network = random_model(name).network
    h, noise = codes()
    _, expected = network.teacher_forced(h[:, :-1], h[:, 1:], noise[:, 1:])
    memory = network.initial_memory(2)
    for time in range(1, 5):
        past, present, here = h[:, time - 1], h[:, time], noise[:, time]
        _, after = network.step(past, memory, here)
        memory = network.observe(past, present, memory, after, here)
    for one, other in zip(
        tf.nest.flatten(memory), tf.nest.flatten(expected), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("context", [1, 2, 4])
@pytest.mark.parametrize("which, back", [("last", 1), ("last_but_one", 2)])
def test_the_context_frame_of_the_skip_maps(which, back, context):
    model, video = random_model("svg_lp", skip_frame=which), moving_clips(2)
    state = model.start(Context(tf.constant(video[:, :context])), KEY)
    frame = video[:, max(context - back, 0)] / np.float32(255.0)
    _, expected = model.network.encoder.with_skips(
        tf.constant(frame), training=False
    )
    for one, other in zip(state["maps"], expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize(
    "which, source", [("last", [0, 1, 2, 2]), ("last_but_one", [0, 1, 1, 1])]
)
def test_the_frames_of_the_skip_maps_in_training(which, source):
    """The previous frame within the context, then always the same frame."""
    given = {"skip_frame": which, "context": 3, "train_horizon": 2}
    stage = random_model("svg_lp", **given).stages()[0]
    numbers = tf.reshape(tf.range(10), [2, 5, 1, 1, 1])
    chosen = np.reshape(stage._skips_for_targets(numbers), (2, 4))
    np.testing.assert_array_equal(chosen, [source, np.add(source, 5)])


@pytest.mark.parametrize("name", NAMES)
def test_losses(name):
    model = random_model(name, kl_weight=0.5)
    network, stage = model.network, model.stages()[0]
    batch = batch_of(stage, moving_clips())
    found = {k: float(v) for k, v in stage.evaluate_losses(batch).items()}
    frames = tf.cast(batch, tf.float32) / 255.0
    h = network.encode(frames)
    noise = tf.random.stateless_normal([4, 4, 3], [stage.seed, -1])
    states, _ = network.teacher_forced(h[:, :-1], h[:, 1:], noise)
    errors = []
    for time in range(4):  # the context has two frames
        _, maps = network.encoder.with_skips(
            frames[:, min(time, 1)], training=False
        )
        drawn = network.decoder(
            states["state"][:, time], skips=maps, training=False
        )
        errors.append(np.mean((drawn - frames[:, time + 1]) ** 2))
    kl = np.mean(gaussian_kl(states["posterior"], states["prior"]))
    assert found["reconstruction"] == pytest.approx(np.mean(errors), rel=1e-4)
    assert found["kl"] == pytest.approx(kl, rel=1e-4)
    loss = np.mean(errors) + 0.5 * kl
    assert found["loss"] == pytest.approx(loss, rel=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_a_forecast_samples_from_the_prior(name):
    """It does not use a frame after the context."""
    model, video = random_model(name), moving_clips(2)
    start = model.start(Context(tf.constant(video[:, :3])), KEY)
    drawn, after = model.step(start)
    state, memory = model.network.step(
        start["last"],
        start["memory"],
        tf.random.stateless_normal([2, 3], start["key"]),
    )
    expected = model.network.decoder(state, skips=start["maps"], training=False)
    np.testing.assert_allclose(drawn, expected, atol=1e-6)
    h = model.network.encode(drawn[:, None])[:, 0]
    np.testing.assert_allclose(after["last"], h, atol=1e-5)
    for one, other in zip(
        tf.nest.flatten(after["memory"]), tf.nest.flatten(memory), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_frames_are_decoded_from_the_previous_code_and_the_noise():
    model, video = random_model("svg_lp"), tf.constant(moving_clips(2)[:, :4])
    latents = model.encode(video)
    frames = model.decode(latents, video[:, -1])
    later = {**latents, "state": latents["state"] + [[[0.0]] * 3 + [[1.0]]]}
    np.testing.assert_allclose(
        model.decode(later, video[:, -1]), frames, atol=1e-6
    )
    other = {**latents, "noise": latents["noise"] + [[[0.0]] * 3 + [[1.0]]]}
    apart = np.abs(model.decode(other, video[:, -1]) - frames)
    moved = apart.max(axis=(0, 2, 3, 4)) > 1e-6
    assert moved.tolist() == [False] * 3 + [True]
    with pytest.raises(ValueError, match="needs reference"):
        model.decode(latents)


def of_each_time(network, frames, training):
    """Codes and skip maps of every frame, with one call per time step."""
    found = [
        network.encoder.with_skips(frames[:, time], training=training)
        for time in range(frames.shape[1])
    ]
    return tf.stack([code for code, _ in found], axis=1), [m for _, m in found]


def test_the_published_loss():
    """Σ_t of the mean error and the weighted KL, batch statistics per step.

    As in the paper and the authors' code, frames of one time step are
    normalized together, and log-variances are not clamped.
    """
    given = {"time_steps": "apart", "clamp_log_scales": False}
    given |= {"normalization": "batch", "kl_weight": 0.01}
    model = random_model("svg_lp", layer_rules="torch", **given)
    network, stage = model.network, model.stages()[0]
    for head in (network.posterior, network.prior):
        scaled = 3.0 * head.lstm.readout.kernel
        head.lstm.readout.kernel.assign(scaled)
    batch = batch_of(stage, moving_clips())
    found = stage.terms(batch, KEY, training=True)
    frames = tf.cast(batch, tf.float32) / 255.0
    h, maps = of_each_time(network, frames, training=True)
    noise = tf.random.stateless_normal([4, 4, 3], KEY)
    states, _ = network.teacher_forced(h[:, :-1], h[:, 1:], noise)
    error = divergence = 0.0
    for time in range(4):  # the context has two frames
        drawn = network.decoder(
            states["state"][:, time], skips=maps[min(time, 1)], training=True
        )
        error += np.mean((drawn - frames[:, time + 1]) ** 2)
        one, other = (
            [np.array(states[name][k][:, time], np.float64) for k in (0, 1)]
            for name in ("posterior", "prior")
        )
        logs = 2.0 * (other[1] - one[1])  # log σ_p² - log σ_q²
        apart = np.exp(-logs) + (one[0] - other[0]) ** 2 / np.exp(2 * other[1])
        kl = 0.5 * (logs + apart - 1.0).sum(axis=-1)
        divergence += kl.mean()
    loss = error + 0.01 * divergence
    assert float(found["loss"]) == pytest.approx(loss, rel=1e-4)
    assert 0.01 * divergence > 0.1 * error, "both terms must be visible"
    for name, seen in (("posterior", h[:, 1:]), ("prior", h[:, :-1])):
        log_variance = getattr(network, name).lstm(seen)[..., 3:]
        assert (
            np.abs(log_variance).max() > 2.0
        )  # so that clamping has an effect
        np.testing.assert_allclose(
            states[name].log_scale, 0.5 * log_variance, atol=1e-4
        )


def test_published_initial_values():
    """Those of PyTorch, and N(0, 0.02²) for dense and convolution layers."""
    given = {"lstm_dim": 64, "state_dim": 64, "layer_rules": "torch"}
    network = make_model(
        "svg_lp", FRAME, given=small_config("svg_lp", **given)
    ).network
    for lstm in (network.posterior.lstm, network.prior.lstm, network.predictor):
        for layer in lstm.recurrent:
            for weight in layer.cell.trainable_variables:
                assert 0.12 < np.abs(weight).max() <= 0.125
        assert np.std(lstm.embed.kernel) == pytest.approx(0.02, rel=0.1)
        assert not np.any(lstm.embed.bias)
        assert np.std(lstm.readout.kernel) == pytest.approx(0.02, rel=0.2)
