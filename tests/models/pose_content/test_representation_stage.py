"""One step of MIPAE and DRNET against a reference implementation."""

import numpy as np
import pytest
import tensorflow as tf
from models.harness import batch_of
from models.harness import changed
from models.harness import moving_clips
from models.harness import random_model
from models.harness import randomize_weights
from models.harness import values
from models.torch_rule import torch_adam

from mipae_tf.data.frame_plan import DistinctFrames
from mipae_tf.data.frame_plan import PublishedPairs
from mipae_tf.models.pose_content import representation_stage
from mipae_tf.objectives.pairs import derangement
from mipae_tf.objectives.pairs import permutation

PUBLISHED = {
    "sampling": "published",
    "negatives": "permutation",
    "normalization": "batch",
    "code": "tanh",
    "poses_per_clip": 1,
    "contents": 1,
    "learning_rate": 2e-3,
    "critic_learning_rate": 1e-3,
    "beta_1": 0.5,
    "adam_epsilon": "torch",
    "layer_rules": "torch",
    # Larger than published, so that every term has a visible gradient.
    "similarity_weight": 2.0,
}


def prepared(name, **given):
    """A model, its first stage and a batch; the same at each call."""
    weight = "mi_weight" if name == "mipae" else "adversarial_weight"
    given.setdefault(weight, 1.0)
    model = random_model(name, **given)
    stage = model.stages()[0]
    randomize_weights(stage.critic)
    return model, stage, batch_of(stage, moving_clips())


def networks(stage):
    """The variables of the encoders and the decoder, and of the critic."""
    networks = stage.content_encoder, stage.pose_encoder, stage.decoder
    return [w for n in networks for w in n.variables], stage.critic.variables


def farthest(variables, others):
    """Largest absolute difference of two lists of arrays."""
    pairs = zip(variables, others, strict=True)
    return max(np.abs(np.array(a) - np.array(b)).max() for a, b in pairs)


def drift(variables, others, before):
    """Difference between two steps, relative to the length of the step.

    Summed over all weights, because the direction of an Adam step depends on
    rounding where the gradient is almost zero.
    """
    apart = moved = 0.0
    for one, two, old in zip(variables, others, before, strict=True):
        apart += np.abs(np.array(one) - np.array(two)).sum()
        moved += np.abs(np.array(two) - old).sum()
    return apart / moved


def sp(scores):
    return tf.math.log1p(tf.exp(scores))


def js_critic(joint, marginal):
    return tf.reduce_mean(sp(-joint)) + tf.reduce_mean(sp(marginal))


CRITIC_LOSS = {
    "mipae": js_critic,
    "drnet": lambda joint, marginal: 0.5 * js_critic(joint, marginal),
}
PENALTY = {
    "mipae": lambda joint, marginal: (
        1.0 + tf.reduce_mean(joint) - tf.reduce_mean(tf.exp(marginal))
    ),
    "drnet": lambda joint, _: tf.reduce_mean(
        0.5 * sp(joint) + 0.5 * sp(-joint)
    ),
}


def published_step(name, stage, batch, stop=("content", "second")):
    """The step of the authors' code, with one network call per frame."""
    stop_content, stop_second = (
        tf.stop_gradient if place in stop else tf.identity
        for place in ("content", "second")
    )
    frames = tf.cast(batch, tf.float32) / 255.0
    fresh, own = frames[:4], frames[4:]
    content, pose = stage.content_encoder, stage.pose_encoder
    critic, config = stage.critic, stage.config
    one, two = (
        pose(fresh[:, 0], training=True),
        pose(fresh[:, 1], training=True),
    )
    shuffled = tf.gather(two, permutation(4, stage.shared_key(0)))
    with tf.GradientTape() as tape:
        loss_c = CRITIC_LOSS[name](critic(one, two), critic(one, shuffled))
    minimize(tape, loss_c, critic.trainable_variables, 1e-3, 0.5)
    with tf.GradientTape() as tape:
        c0 = content(own[:, 0], training=True)
        ck = stop_content(content(own[:, 1], training=True))
        pk = pose(own[:, 1], training=True)
        pl = stop_second(pose(own[:, 2], training=True))
        drawn = stage.decoder(tf.concat([c0, pk], axis=-1), training=True)
        rec = tf.reduce_mean((drawn - own[:, 1]) ** 2)
        sim = tf.reduce_mean((c0 - ck) ** 2)
        other = tf.gather(pl, permutation(4, stage.shared_key(1)))
        pay = PENALTY[name](critic(pk, pl), critic(pk, other))
        # The weight is 1.
        loss = rec + config.similarity_weight * sim + pay
    networks = content, pose, stage.decoder
    trained = [w for n in networks for w in n.trainable_variables]
    minimize(tape, loss, trained, 2e-3, 0.5)
    return {
        "loss": loss,
        "reconstruction": rec,
        "similarity": sim,
        "penalty": pay,
        "critic": loss_c,
    }


def minimize(tape, loss, variables, rate, beta_1):
    """Makes the first step of PyTorch's Adam."""
    gradients = tape.gradient(loss, variables)
    for variable, gradient in zip(variables, gradients, strict=True):
        (after,) = torch_adam(variable, [gradient], rate, beta_1)
        variable.assign(after)


@pytest.mark.parametrize("name", ["mipae", "drnet"])
def test_the_published_step(name):
    _, ours, batch = prepared(name, **PUBLISHED)
    _, theirs, _ = prepared(name, **PUBLISHED)
    before = [values(variables) for variables in networks(ours)]
    losses = ours.update(batch)
    expected = published_step(name, theirs, batch)
    for key, value in expected.items():
        assert float(losses[key]) == pytest.approx(float(value), rel=1e-5), key
    for mine, by_hand, old in zip(
        networks(ours), networks(theirs), before, strict=True
    ):
        assert drift(mine, by_hand, old) < 1e-3
    averages = [
        [w for w in networks(stage)[0] if "moving" in w.path]
        for stage in (ours, theirs)
    ]
    assert len(averages[0]) == 2 * (5 + 5 + 4), "all normalization layers"
    assert farthest(*averages) < 1e-5


@pytest.mark.parametrize("stop", [("content",), ("second",)])
def test_the_published_step_is_sensitive_to_stopped_gradients(stop):
    """Without one of the stops, the test above would fail."""
    _, ours, batch = prepared("mipae", **PUBLISHED)
    _, theirs, _ = prepared("mipae", **PUBLISHED)
    before = values(networks(ours)[0])
    ours.update(batch)
    published_step("mipae", theirs, batch, stop)
    assert drift(networks(ours)[0], networks(theirs)[0], before) > 0.05


@pytest.mark.parametrize("contents", [1, 2])
@pytest.mark.parametrize("kind", ["mse", "bce"])
def test_the_losses_on_distinct_frames(contents, kind):
    """Two content frames and two pose frames; the critic uses the same."""
    _, stage, batch = prepared(
        "mipae", contents=contents, reconstruction=kind, similarity_weight=2.0
    )
    frames = tf.cast(batch, tf.float32) / 255.0
    xa, xb, x1, x2 = tf.unstack(frames, axis=1)
    first, second = stage.content_encoder(xa), stage.content_encoder(xb)
    poses = stage.pose_encoder(x1), stage.pose_encoder(x2)
    used = first, (second if contents == 2 else first)
    drawn = [
        stage.decoder(tf.concat(codes, axis=-1))
        for codes in zip(used, poses, strict=True)
    ]
    errors = []
    for frame, true in zip(drawn, (x1, x2), strict=True):
        if kind == "mse":
            errors.append((frame - true) ** 2)
        else:
            miss = true * np.log(frame) + (1.0 - true) * np.log(1.0 - frame)
            errors.append(-miss)
    rec, sim = np.mean(errors), np.mean((first - second) ** 2)
    pairs = [(poses[0], poses[1]), (poses[1], poses[0])]
    partner = derangement(4, stage.shared_key(0))
    joint = tf.concat([stage.critic(a, b) for a, b in pairs], axis=0)
    marginal = tf.concat(
        [stage.critic(a, tf.gather(b, partner)) for a, b in pairs], axis=0
    )
    critic = js_critic(joint, marginal)
    accuracy = np.mean(np.concatenate([joint > 0, marginal < 0]))
    losses = {k: float(v) for k, v in stage.update(batch).items()}
    assert losses["reconstruction"] == pytest.approx(rec, rel=1e-4)
    assert losses["similarity"] == pytest.approx(sim, rel=1e-4)
    assert losses["critic"] == pytest.approx(float(critic), rel=1e-4)
    assert losses["critic_accuracy"] == pytest.approx(accuracy)
    # The penalty uses the updated critic and other partners.
    total = rec + 2.0 * sim + losses["penalty"]
    assert losses["loss"] == pytest.approx(total, rel=1e-4)


@pytest.mark.parametrize("sampling", ["distinct", "published"])
def test_each_optimizer_updates_only_its_own_networks(sampling):
    for still in ("learning_rate", "critic_learning_rate"):
        _, stage, batch = prepared("mipae", sampling=sampling, **{still: 1e-30})
        both = networks(stage)
        before = [values(variables) for variables in both]
        stage.update(batch)
        encoders, critic = (
            farthest(variables, old)
            for variables, old in zip(both, before, strict=True)
        )
        assert (encoders < 1e-20) == (still == "learning_rate")
        assert (critic < 1e-20) == (still == "critic_learning_rate")


@pytest.mark.parametrize("sampling", ["distinct", "published"])
def test_the_critic_loss_has_no_gradient_for_the_encoders(sampling):
    """Without a penalty, the encoders do not depend on the critic."""
    trained = []
    for scale in (1.0, 5.0):
        _, stage, batch = prepared("mipae", sampling=sampling, mi_weight=0.0)
        for variable in stage.critic.variables:
            variable.assign(scale * variable)
        stage.update(batch)
        trained.append(values(networks(stage)[0]))
    for one, other in zip(*trained, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_the_penalty_affects_only_the_pose_encoder():
    trained = []
    for weight in (0.0, 1.0):
        _, stage, batch = prepared("mipae", mi_weight=weight)
        stage.update(batch)
        trained.append(stage)
    for network, same in {
        "content_encoder": True,
        "decoder": True,
        "pose_encoder": False,
    }.items():
        one, other = (values(getattr(s, network).variables) for s in trained)
        assert (farthest(one, other) < 1e-6) == same, network


@pytest.mark.parametrize("bound", ["nwj", "dv", "smile", "infonce", "tuba"])
def test_every_bound_trains_encoders_and_critic(bound):
    _, stage, batch = prepared("mipae", bound=bound)
    both = networks(stage)
    before = [values(variables) for variables in both]
    losses = stage.update(batch)
    assert np.isfinite([float(x) for x in losses.values()]).all()
    for variables, old in zip(both, before, strict=True):
        assert any(changed(variables, old))


def test_infonce_pairs_every_clip_with_every_clip():
    """Including itself: a perfect critic gives the log of the batch size."""
    _, stage, batch = prepared("mipae", bound="infonce", poses_per_clip=2)

    def same_clip(first, second):
        """A perfect critic, which knows the clip from the batch index."""
        shape = tf.shape(first)[:-1]
        if len(first.shape) == 3:
            return tf.fill(shape, 30.0)
        return 30.0 * tf.repeat(tf.eye(4)[..., None], 2, axis=2)

    stage.critic.call = same_clip
    bound = float(
        stage.adversary.penalty(*stage.scores(tf.zeros([4, 2, 3]), salt=0))
    )
    assert bound == pytest.approx(np.log(4.0), rel=1e-4)
    assert batch.shape[0] == 4


def pairing(**given):
    """A stage whose critic returns the poses in its score."""
    _, stage, _ = prepared("mipae", poses_per_clip=3, **given)
    stage.critic.call = lambda first, second: 100 * first + second
    return stage


def scored(stage):
    """Poses 10 · clip + index, and their joint and marginal scores."""
    poses = 10 * tf.range(4)[:, None] + tf.range(3)  # [clips, poses]
    poses = tf.cast(poses, tf.float32)[..., None]
    return poses, *(np.ravel(x) for x in stage.scores(poses, salt=0))


def test_joint_pairs_are_consecutive_poses():
    """Marginal pairs have the second pose of another clip."""
    stage = pairing()
    poses, joint, marginal = scored(stage)
    firsts, seconds = np.divmod(joint, 100)
    np.testing.assert_array_equal(firsts, np.ravel(poses))
    np.testing.assert_array_equal(seconds // 10, firsts // 10)
    np.testing.assert_array_equal(seconds % 10, (firsts + 1) % 10 % 3)
    others, partners = np.divmod(marginal, 100)
    np.testing.assert_array_equal(others, firsts)
    np.testing.assert_array_equal(partners % 10, seconds % 10)
    assert (partners // 10 != others // 10).all()


@pytest.mark.parametrize("marginals", ["global", "replica"])
def test_the_clips_of_marginal_pairs(monkeypatch, marginals):
    """The clips of both replicas, or only of this one, the second."""
    stage = pairing(marginals=marginals)
    monkeypatch.setattr(
        representation_stage,
        "of_all_replicas",
        lambda own: tf.concat([own + 50, own], axis=0),
    )
    monkeypatch.setattr(representation_stage, "replica_place", lambda: (1, 2))
    partners = set()
    for step in range(8):
        stage.step.assign(step)
        _, _, marginal = scored(stage)
        clips = marginal.reshape(4, 3) % 100 // 10
        assert (clips != np.arange(4)[:, None]).all()
        partners |= set(clips.ravel())
    there = {5, 6, 7, 8} if marginals == "global" else set()
    assert partners == {0, 1, 2, 3} | there


@pytest.mark.parametrize(
    "given, moved",
    [
        ({"contents": 1}, [True, False]),
        ({"contents": 2}, [True, True]),
        ({"sampling": "published"}, [True, False]),
        ({"backbone": "dcgan_skips"}, [True, False]),
    ],
    ids=["first", "both", "published", "skips"],
)
def test_the_gradient_of_the_similarity(given, moved):
    """A content that serves as the target has no gradient."""
    _, stage, batch = prepared("mipae", **given)
    frames = tf.cast(batch, tf.float32) / 255.0
    with tf.GradientTape() as tape:
        tape.watch(frames)
        _, own = stage._split(frames)
        codes = stage.codes(own, training=True)
        similarity = stage.encoder_losses(codes, own, True)["similarity"]
    gradient = tape.gradient(similarity, frames)
    by_frame = np.abs(gradient).max(axis=(0, 2, 3, 4))
    assert (by_frame > 0.0).tolist()[:2] == moved


def test_random_draws_depend_on_step_salt_and_seed():
    keys = []
    for seed in (0, 1):
        stage = random_model("mipae", seed=seed).stages()[0]
        for _ in range(2):
            keys += [tuple(stage.draw_key(salt).numpy()) for salt in (0, 1)]
            stage.step.assign_add(1)
    assert len(set(keys)) == 8


def test_the_frames_of_a_step():
    published = random_model("mipae", sampling="published").stages()[0].plan
    assert published == PublishedPairs(4, first_frames=5)
    for decoded, frames in {1: 4, 2: 4, 4: 6}.items():
        model = random_model("mipae", poses_per_clip=decoded)
        assert model.stages()[0].plan == DistinctFrames(4, frames)
