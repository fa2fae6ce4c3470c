"""The evidence lower bound, term by term, and where its gradients go."""

import numpy as np
import pytest
import tensorflow as tf
from models.harness import batch_of
from models.harness import moving_clips
from models.harness import random_model
from models.harness import small_config

from mipae_tf.models import make_model
from mipae_tf.models.ddpae.config import DDPAEConfig
from mipae_tf.models.ddpae.network import Inferred
from mipae_tf.models.ddpae.network import compose
from mipae_tf.models.ddpae.stage import elbo_terms
from mipae_tf.models.ddpae.stage import kl_terms
from mipae_tf.networks.gaussian_head import Gaussian

KEY = tf.constant([0, 0])


@pytest.fixture(scope="module")
def model():
    return random_model("ddpae", observation_variance=0.04)


@pytest.fixture(scope="module")
def clips():
    return tf.constant(moving_clips(4)[:, :5] / np.float32(255))


def constant(shape, mean, scale):
    return Gaussian(
        tf.broadcast_to(tf.constant(mean), shape),
        tf.broadcast_to(tf.math.log(scale), shape),
    )


def test_kl_by_hand():
    found = Inferred(
        transition=constant((1, 7, 2, 3), 0.3, 0.1),
        initial=constant((1, 2, 3), [2.4, 0.5, 0.0], [0.2, 1.0, 2.0]),
        content=constant((1, 2, 4), 1.5, 1.0),
        pose=None,
        code=None,
        memory=None,
    )
    kl = kl_terms(found, DDPAEConfig())
    np.testing.assert_allclose(
        kl["kl_transition"], [[2 * 3 * 0.3**2 / 0.02] * 7], rtol=1e-5
    )
    of_scale, of_x = 0.4**2 / (2 * 0.2**2), 0.5**2 / 2
    of_y = (4.0 - 1.0) / 2 - np.log(2.0)
    expected = 2 * (of_scale + of_x + of_y)
    np.testing.assert_allclose(kl["kl_initial"], [expected], rtol=1e-5)
    np.testing.assert_allclose(
        kl["kl_content"], [2 * 4 * 1.5**2 / 2], rtol=1e-5
    )


def test_the_likelihood_by_hand(model, clips):
    network = model.network
    found = elbo_terms(network, clips, KEY, model.config, training=False)
    noise = network.draw_noise(clips, KEY)
    latents = network.infer(clips[:, :2], 3, noise)
    drawn = compose(network.decode(latents.code, latents.pose)).numpy()
    error = (clips - drawn).numpy().astype(np.float64) ** 2
    expected = -error.sum(axis=(2, 3, 4)) / (2 * 0.04)
    expected -= 64 * 64 * 0.5 * np.log(2 * np.pi * 0.04)
    np.testing.assert_allclose(found["likelihood"], expected, rtol=1e-5)
    # Only the frames of the context are seen.
    later = tf.concat([clips[:, :2], 1.0 - clips[:, 2:]], axis=1)
    other = elbo_terms(network, later, KEY, model.config, training=False)
    for name in ("kl_transition", "kl_initial", "kl_content"):
        np.testing.assert_array_equal(other[name], found[name])
    np.testing.assert_array_equal(
        other["likelihood"][:, :2], found["likelihood"][:, :2]
    )


def test_the_loss_and_the_evidence(model, clips):
    stage = model.stages()[0]
    found = {k: float(v) for k, v in stage.evaluate_losses(clips).items()}
    terms = elbo_terms(
        model.network, clips, tf.constant([0, -1]), model.config, False
    )
    kl = [
        np.mean(terms["kl_transition"]),
        np.mean(terms["kl_initial"]) / 5,
        np.mean(terms["kl_content"]) / 5,
    ]
    assert found["kl_initial"] == pytest.approx(kl[1], rel=1e-5)
    assert found["kl_content"] == pytest.approx(kl[2], rel=1e-5)
    bound = np.mean(terms["likelihood"]) - sum(kl)
    assert found["elbo"] == pytest.approx(bound, rel=1e-5)
    assert found["loss"] == pytest.approx(-bound, rel=1e-5)
    evidence = model.evidence(clips, seed=0)
    terms = elbo_terms(model.network, clips, KEY, model.config, False)
    np.testing.assert_array_equal(evidence.likelihood, terms["likelihood"])
    np.testing.assert_allclose(
        np.sum(evidence.kl, axis=1),
        np.sum(terms["kl_transition"], axis=1)
        + terms["kl_initial"]
        + terms["kl_content"],
        rtol=1e-5,
    )
    one = model.evidence(clips[:, :1])
    assert one.nats.shape == (4, 1), "a clip shorter than the context"


PARTS = {
    "image_encoder": lambda n: n.image_encoder,
    "reader": lambda n: n.pose.reader,
    "predictor": lambda n: n.pose.predictor,
    "starter": lambda n: n.pose.starter,
    "transition": lambda n: n.pose.transition,
    "initial": lambda n: n.pose.initial,
    "object_encoder": lambda n: n.object_encoder,
    "content_cell": lambda n: n.content_cell,
    "content": lambda n: n.content,
    "object_decoder": lambda n: n.object_decoder,
}
POSES = {"image_encoder", "reader", "starter", "transition", "initial"}
CONTENTS = {"object_encoder", "content_cell", "content"}
REACHED = {
    "likelihood": set(PARTS),
    "kl_transition": {"image_encoder", "reader", "predictor", "transition"},
    "kl_initial": {"image_encoder", "reader", "starter", "initial"},
    # Through the crops, which are taken with the sampled pose.
    "kl_content": POSES | CONTENTS,
}


def test_each_term_trains_the_networks_that_it_should(model, clips):
    network = model.network
    with tf.GradientTape(persistent=True) as tape:
        terms = elbo_terms(network, clips, KEY, model.config, training=True)
        sums = {name: tf.reduce_sum(term) for name, term in terms.items()}
    assert set(sums) == set(REACHED)
    for name, total in sums.items():
        gradients = tape.gradient(
            total,
            {k: of(network).trainable_variables for k, of in PARTS.items()},
        )
        reached = {
            part
            for part, found in gradients.items()
            if any(g is not None and np.abs(g).max() > 0 for g in found)
        }
        assert reached == REACHED[name], name


def test_the_scale_starts_where_only_its_prior_moves_it(clips):
    """It starts near 0, below the least scale of 1."""
    given = small_config("ddpae", components=2)
    model = make_model("ddpae", (64, 64, 1), given=given)
    bias = model.network.pose.initial.mean.bias
    key = tf.constant([0, 1])
    with tf.GradientTape(persistent=True) as tape:
        terms = elbo_terms(model.network, clips, key, model.config, True)
        sums = {name: tf.reduce_sum(term) for name, term in terms.items()}
    scale, x, _ = tape.gradient(sums["likelihood"], bias).numpy()
    assert abs(scale) < 0.05 * abs(x)
    # 4 clips, 2 components, (0 - 2) / 0.2² each.
    scale = tape.gradient(sums["kl_initial"], bias).numpy()[0]
    assert scale == pytest.approx(-4 * 2 * 2.0 / 0.2**2, rel=0.05)


@pytest.mark.parametrize(
    "protocol, deviation", [("default", 0.1), ("published", np.log(2.0))]
)
def test_the_first_deviation_of_the_transition(protocol, deviation):
    network = make_model("ddpae", (32, 32, 1), protocol=protocol).network
    found = network.pose.transition(tf.zeros([1, 64]))
    np.testing.assert_allclose(found.scale, deviation, rtol=1e-4)
    np.testing.assert_array_equal(found.mean, 0.0)


def test_noise_of_the_same_clip_does_not_depend_on_its_context(model):
    short, long = (
        model.network.draw_noise(tf.zeros([2, 5, frames]), KEY)
        for frames in (1, 3)
    )
    for one, other in zip(short, long, strict=True):
        np.testing.assert_array_equal(one, other)
    assert np.abs(short.initial - short.transition[:, 0]).min() > 0.0


def test_the_batch_is_of_context_and_horizon(model):
    stage = model.stages()[0]
    batch = batch_of(stage, moving_clips())
    assert batch.shape == (4, 2 + 3, 64, 64, 1)
