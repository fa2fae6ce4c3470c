import numpy as np
import pytest
import tensorflow as tf
from models.harness import FRAME
from models.harness import batch_of
from models.harness import moving_clips
from models.harness import random_model
from models.harness import run_model_test

from mipae_tf.objectives.elbo import gaussian_kl

NAME = "independent_prediction"


@pytest.mark.slow
def test_contract_of_the_entangled_twin():
    run_model_test(NAME, {"factors": 1, "factor_dim": 12})


def test_latents():
    (factors,) = random_model(NAME).latents
    assert (factors.role, factors.code_shape) == ("factor", (2, 6))
    (state,) = random_model(NAME, factors=1, factor_dim=12).latents
    assert (state.role, state.code_shape) == ("state", (1, 12))


def test_futures_depend_only_on_the_seed():
    model, video = random_model(NAME), moving_clips(2)
    one, again, other = (
        model.forecast(video[:, :3], 3, seed=seed) for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).numpy().any()
    samples = model.forecast(video[:, :3], 3, samples=2, seed=4)
    assert (samples[0] != samples[1]).numpy().any()


def test_encode_returns_means_or_samples():
    model, video = random_model(NAME), tf.constant(moving_clips(2)[:, :4])
    mean = model.encode(video)["factors"]
    one, again, other = (
        model.encode(video, seed=seed)["factors"] for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - mean).max() > 0.1
    assert np.abs(one - other).max() > 0.1


def test_the_code_of_a_frame_does_not_depend_on_later_frames():
    model, video = random_model(NAME), moving_clips(2)
    short, long = (
        model.encode(tf.constant(video[:, :n]))["factors"] for n in (3, 6)
    )
    np.testing.assert_allclose(short, long[:, :3], atol=1e-5)


def test_factors_are_predicted_only_from_their_own_past():
    network = random_model(NAME).network
    state = np.random.default_rng(0).normal(size=(3, 12)).astype("float32")
    moved = state.copy()
    moved[:, :6] += 1.0  # the first of two factors
    before, after = network.predict(state), network.predict(moved)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one[:, 6:], other[:, 6:])
        assert np.abs(one - other)[:, :6].min() > 0.0


def test_the_first_prior_is_standard_and_later_ones_are_predicted():
    network = random_model(NAME).network
    random = np.random.default_rng(0)
    features = tf.constant(random.normal(size=(2, 4, 8)).astype("float32"))
    noise = tf.constant(random.normal(size=(2, 4, 12)).astype("float32"))
    after, found = network.filter(features, noise)
    prior, state = found["prior"], found["state"]
    np.testing.assert_array_equal(prior.mean[:, 0], np.zeros((2, 12)))
    np.testing.assert_array_equal(prior.scale[:, 0], np.ones((2, 12)))
    for time in range(4):
        here = after.mean if time == 3 else prior.mean[:, time + 1]
        expected = network.predict(state[:, time]).mean
        np.testing.assert_allclose(here, expected, atol=1e-5)
    drawn = found["posterior"].mean + found["posterior"].scale * noise
    np.testing.assert_allclose(state, drawn, atol=1e-6)


def test_each_factor_is_decoded_separately():
    """Where one factor is dark, the frame is that of the other."""
    network = random_model(NAME, glyphs=1).network
    states = np.random.default_rng(0).normal(size=(2, 3, 12))
    states = tf.constant(states.astype("float32"))
    first, second = (
        tf.reshape(
            generator(network.mixing(tf.reshape(part, [6, 6]))),
            [2, 3, *FRAME],
        )
        for part, generator in zip(
            tf.split(states, 2, axis=-1), network.generators, strict=True
        )
    )
    drawn = network.decode(states)
    np.testing.assert_allclose(
        drawn, 1.0 - (1.0 - first) * (1.0 - second), atol=1e-6
    )
    assert np.abs(drawn - first).max() > 0.05


def test_an_entangled_twin_with_several_glyphs():
    model = random_model(NAME, factors=1, factor_dim=12, glyphs=2)
    states = tf.constant(np.ones((1, 1, 12), "float32"))
    moved = tf.concat([states[..., :11], states[..., 11:] + 0.5], axis=-1)
    assert model.network.decode(states).shape == (1, 1, *FRAME)
    before, after = model.network.decode(states), model.network.decode(moved)
    assert np.abs(before - after).max() > 0.05


@pytest.mark.parametrize("size, glyphs", [(2, 1), (5, 2), (7, 2)])
def test_a_factor_too_small_for_its_glyphs_is_refused(size, glyphs):
    with pytest.raises(ValueError, match=f"--factor_dim={size} does not fit"):
        random_model(NAME, factor_dim=size, glyphs=glyphs)


def test_the_published_decoder_takes_the_whole_state():
    model = random_model(NAME, glyphs=0, backbone="dcgan")
    assert model.network.generators[0].first.kernel.shape[0] == 12
    assert model.network.mixing.kernel.shape == (12, 12)


def test_evidence():
    model, video = random_model(NAME), moving_clips(2)[:, :4]
    frames = tf.constant(video / np.float32(255.0))
    found = model.evidence(tf.constant(video), seed=3)
    network = model.network
    noise = tf.random.stateless_normal([2, 4, 12], [3, 0])
    _, states = network.filter(network.features(frames), noise)
    drawn = network.decode(states["state"])
    pixels = -2.0 * (frames - drawn) ** 2 - 0.5 * np.log(2 * np.pi * 0.25)
    likelihood = tf.reduce_sum(pixels, axis=(2, 3, 4))
    np.testing.assert_allclose(found.likelihood, likelihood, rtol=1e-4)
    kl = gaussian_kl(states["posterior"], states["prior"])
    np.testing.assert_allclose(found.kl, kl, rtol=1e-4)
    again, other = (model.evidence(tf.constant(video), s) for s in (3, 4))
    np.testing.assert_array_equal(again.kl, found.kl)
    apart = np.abs(other.kl - found.kl)
    assert (apart[:, 1:] > 0.0).all()  # the first prior has no sample


@pytest.mark.parametrize("warmup, weight", [(0, 1.0), (4, 0.25)])
def test_losses(warmup, weight):
    model = random_model(NAME, kl_warmup=warmup)
    stage = model.stages()[0]
    batch = batch_of(stage, moving_clips())
    terms = {k: float(v) for k, v in stage.update(batch).items()}
    assert terms["kl"] > 0.0
    elbo = terms["likelihood"] - terms["kl"]
    assert terms["elbo"] == pytest.approx(elbo, rel=1e-4)
    loss = weight * terms["kl"] - terms["likelihood"]
    assert terms["loss"] == pytest.approx(loss, rel=1e-4)
    judged = {k: float(v) for k, v in stage.evaluate_losses(batch).items()}
    assert judged["loss"] == pytest.approx(-judged["elbo"])


def test_the_posterior_does_not_train_the_transition():
    """Only the prior does, in one step of the filter."""
    network = random_model(NAME).network
    random = np.random.default_rng(0)
    features = tf.constant(random.normal(size=(2, 2, 8)).astype("float32"))
    weights = network.transition.trainable_variables
    with tf.GradientTape(persistent=True) as tape:
        _, found = network.filter(features, None)
        through_posterior = tf.reduce_sum(found["posterior"].mean ** 2)
        through_prior = tf.reduce_sum(found["prior"].mean ** 2)
    assert set(tape.gradient(through_posterior, weights)) == {None}
    assert None not in tape.gradient(through_prior, weights)
