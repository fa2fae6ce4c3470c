"""The losses of MoCoGAN, and which networks each of them trains."""

import numpy as np
import pytest
import tensorflow as tf
from models.harness import batch_of
from models.harness import moving_clips
from models.harness import random_model
from models.harness import small_config

from mipae_tf.models import make_model
from mipae_tf.models.mocogan import losses
from mipae_tf.models.mocogan.clip_shares import ClipsForBoth

FRAME = (16, 16, 1)
KEY = tf.constant([5, 0])
WITH_ENCODER = {"encoder": True, "categories": 0}


def make_stage(frame_shape=FRAME, **given):
    return random_model("mocogan", frame_shape, **given).stages()[0]


@pytest.fixture(scope="module")
def stages():
    return {
        "plain": make_stage(category_weight=0.5),
        "encoder": make_stage(reconstruction_weight=7.0, **WITH_ENCODER),
    }


@pytest.fixture(scope="module")
def real():
    """True clips in [-1, 1], `[4, 6, 16, 16, 1]`."""
    video = moving_clips(4, 6, FRAME)
    return tf.constant(video / np.float32(127.5) - 1.0)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-np.asarray(x, np.float64)))


def test_each_loss_written_out():
    true, fake = np.array([[2.0, -1.0]]), np.array([[0.5], [-3.0], [1.0]])
    of_true = -np.log(sigmoid(true)).mean()
    of_fake = -np.log(1.0 - sigmoid(fake)).mean()
    found = losses.discriminator_loss(tf.constant(true), tf.constant(fake))
    assert float(found) == pytest.approx(of_true + of_fake)
    blind = losses.discriminator_loss(tf.zeros([3]), tf.zeros([2, 2]))
    assert float(blind) == pytest.approx(2 * np.log(2))
    found = losses.realism_loss(tf.constant(fake))
    assert float(found) == pytest.approx(-np.log(sigmoid(fake)).mean())
    logits = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, -1.0]])
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found = losses.category_loss(
        tf.constant(logits), tf.one_hot([2, 0], 3, dtype=tf.float64)
    )
    expected = -np.log([shares[0, 2], shares[1, 0]]).mean()
    assert float(found) == pytest.approx(expected)
    one, other = tf.constant([1.0, -0.5, 0.0]), tf.constant([0.0, 0.5, 0.25])
    found = losses.reconstruction_loss(one, other)
    assert float(found) == pytest.approx((1.0 + 1.0 + 0.25) / 3)


def with_known_logits(stage, monkeypatch, drawn=-0.5):
    """Generated frames have one value; a logit is three times the mean."""
    frames = stage.network.frames

    def flat(codes, training):
        return tf.ones_like(frames(codes, training)) * drawn

    def of_clips(clips, key, training):
        logits = 3.0 * tf.reduce_mean(clips, axis=(1, 2, 3, 4))
        guess = tf.one_hot(tf.zeros(len(clips), tf.int32), 3)
        return logits, guess[:, : stage.config.categories]

    monkeypatch.setattr(stage.network, "frames", flat)
    monkeypatch.setattr(
        stage,
        "_image_logits",
        lambda x, key, training: 3.0 * tf.reduce_mean(x, axis=(1, 2, 3)),
    )
    monkeypatch.setattr(stage, "_video_logits", of_clips)


def test_true_inputs_have_the_label_one(stages, monkeypatch):
    stage = stages["plain"]
    with_known_logits(stage, monkeypatch)
    clips = 0.8 * tf.ones([4, 6, *FRAME])
    expected = -np.log(sigmoid(2.4)) - np.log(1.0 - sigmoid(-1.5))
    of_images = stage.image_discriminator_losses(clips, KEY)
    of_videos = stage.video_discriminator_losses(clips, KEY)
    assert float(of_images["loss"]) == pytest.approx(expected, rel=1e-5)
    assert float(of_videos["adversarial"]) == pytest.approx(expected, rel=1e-5)
    found = stage.generator_losses(clips, KEY)
    deceived = -np.log(sigmoid(-1.5))
    assert float(found["image_realism"]) == pytest.approx(deceived, rel=1e-5)
    assert float(found["video_realism"]) == pytest.approx(deceived, rel=1e-5)


def test_the_losses_are_weighted_sums_of_their_terms(stages, real, monkeypatch):
    stage = stages["plain"]
    found = stage.video_discriminator_losses(real, KEY)
    total = found["adversarial"] + 0.5 * found["category"]
    assert float(found["loss"]) == pytest.approx(float(total))
    found = stage.generator_losses(real, KEY)
    total = found["image_realism"] + found["video_realism"]
    total += 0.5 * found["category"]
    assert float(found["loss"]) == pytest.approx(float(total))
    stage = stages["encoder"]
    with_known_logits(stage, monkeypatch)
    found = stage.generator_losses(real, KEY)
    # Of the two context frames of the two clips for D_V.
    error = np.abs(real[:2, :2] + 0.5).mean()
    assert float(found["reconstruction"]) == pytest.approx(error, rel=1e-5)
    total = found["image_realism"] + found["video_realism"] + 7.0 * error
    assert float(found["loss"]) == pytest.approx(float(total), rel=1e-5)


def reached(stage, compute):
    """Names of the networks in which each loss has a gradient."""
    named = {
        "generator": stage.network.generator,
        "motion": stage.network.motion,
        "image": stage.image_discriminator,
        "video": stage.video_discriminator,
    }
    if stage.network.encoder is not None:
        named["encoder"] = stage.network.encoder
    variables = {k: v.trainable_variables for k, v in named.items()}
    with tf.GradientTape(persistent=True) as tape:
        found = compute()
    slopes = {k: tape.gradient(x, variables) for k, x in found.items()}
    return {
        loss: {
            name
            for name, gradients in by_network.items()
            if any(g is not None and np.any(g) for g in gradients)
        }
        for loss, by_network in slopes.items()
    }


def test_the_discriminators_do_not_train_the_generator(stages, real):
    for stage in stages.values():
        found = reached(
            stage, lambda s=stage: s.image_discriminator_losses(real, KEY)
        )
        assert found["loss"] == {"image"}
        found = reached(
            stage, lambda s=stage: s.video_discriminator_losses(real, KEY)
        )
        assert all(names == {"video"} for names in found.values())
        assert ("category" in found) is bool(stage.config.categories)


def test_each_term_trains_the_networks_that_it_depends_on(stages, real):
    """In inference mode: batch statistics depend on all generated frames."""

    def of(stage):
        return reached(
            stage, lambda: stage.generator_losses(real, KEY, training=False)
        )

    plain = of(stages["plain"])
    assert plain == {
        "loss": {"generator", "motion", "image", "video"},
        "image_realism": {"generator", "motion", "image"},
        "video_realism": {"generator", "motion", "video"},
        "category": {"generator", "motion", "video"},
    }
    found = of(stages["encoder"])
    drawn = {"generator", "motion", "encoder"}
    assert found == {
        "loss": drawn | {"image", "video"},
        "image_realism": drawn | {"image"},
        "video_realism": drawn | {"video"},
        # The context is drawn from the codes of the encoder alone.
        "reconstruction": {"generator", "encoder"},
    }


def test_each_optimizer_has_the_variables_of_one_network(stages):
    for stage in stages.values():
        networks = (
            stage.image_discriminator,
            stage.video_discriminator,
            stage.network,
        )
        owned = [[id(v) for v in each] for _, each in stage._trained]
        assert owned == [
            [id(v) for v in net.trainable_variables] for net in networks
        ]
        everything = [i for each in owned for i in each]
        assert len(set(everything)) == len(everything)
        assert set(everything) == {id(v) for v in stage.trainable_variables}


@pytest.mark.slow
def test_discriminators_are_trained_first_and_the_generator_with_new_frames():
    one, other = (make_stage() for _ in range(2))
    batch = batch_of(one, moving_clips(8, 8, FRAME))
    real = tf.cast(batch, tf.float32) / 127.5 - 1.0
    keys = [other.shared_key(salt) for salt in range(4)]
    assert len({tuple(key.numpy()) for key in keys}) == 4
    other._train_image(lambda: other.image_discriminator_losses(real, keys[1]))
    other._train_video(lambda: other.video_discriminator_losses(real, keys[2]))
    expected = other.generator_losses(real, keys[3])
    found = one.update(batch)
    for name, value in expected.items():
        assert float(found[name]) == pytest.approx(float(value), rel=1e-4)


def test_weight_decay_is_part_of_the_gradient():
    stage = make_stage(weight_decay=0.25)
    weights = stage.image_discriminator.trainable_variables

    def nothing():
        return {"loss": 0.0 * tf.add_n([tf.reduce_sum(w) for w in weights])}

    expected = 0.25 * float(tf.linalg.global_norm(weights))
    _, norm = stage._train_image(nothing)
    assert float(norm) == pytest.approx(expected, rel=1e-5)


def test_generated_frames_are_of_different_clips_at_random_times(
    stages, real, monkeypatch
):
    stage, seen = stages["plain"], []

    def frames(codes, training):
        seen.append(codes)
        return codes.motion

    monkeypatch.setattr(stage.network, "frames", frames)
    stage._fake_frames(real, KEY, training=True)
    (codes,) = seen
    assert codes.content.shape[0] == codes.motion.shape[0] == len(real)
    assert codes.motion.shape[1] == 1
    assert len(np.unique(codes.content[:, 0])) == len(real)
    times = np.concatenate([stage._times([n, 0]) for n in range(100)])
    np.testing.assert_array_equal(np.bincount(times) > 40, [True] * 6)


@pytest.mark.slow
def test_there_is_no_noise_in_validation():
    quiet, noisy = (make_stage(instance_noise=x) for x in (0.0, 0.5))
    batch = batch_of(quiet, moving_clips(8, 8, FRAME))
    found = [s.evaluate_losses(batch) for s in (quiet, noisy)]
    assert float(found[0]["loss"]) == float(found[1]["loss"])


@pytest.mark.parametrize(
    "given, message",
    [
        (
            {"video_batch_size": 5},
            "--video_batch_size=5 is too large; allowed is 1 to --batch_size=4",
        ),
        (
            {"encoder": True},
            "--categories=3 cannot be combined with --encoder",
        ),
        (
            {"time_kernel": 4},
            "clips of 6 frames, too few .* --time_kernel=4, which needs 10",
        ),
    ],
)
def test_impossible_settings_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        make_stage(**given)


@pytest.mark.parametrize("frame", [(64, 32, 1), (48, 48, 3)])
def test_frames_of_another_size_are_refused(frame):
    message = f"{frame[0]} by {frame[1]} pixels; MoCoGAN takes square frames"
    with pytest.raises(ValueError, match=message):
        make_model("mocogan", frame, given=small_config("mocogan"))


def test_the_clips_of_the_video_discriminator_are_shared_by_replicas(stages):
    plan = stages["plain"].plan
    assert [plan.share(part, 2).tolist() for part in (0, 1)] == [[0, 2], [1, 3]]
    assert plan.share(0, 1).tolist() == [0, 1, 2, 3]
    odd = ClipsForBoth(4, 6, video_clips=3)
    with pytest.raises(ValueError, match="--video_batch_size=3 cannot be div"):
        odd.share(0, 2)


def test_a_discriminator_that_wins_falls_below_its_floor(stages):
    """At logits of 3.7, nearly all inputs are told apart."""
    stage = stages["plain"]
    for name in ("image_discriminator", "video_discriminator"):
        floor, meaning = stage.FLOORS[name]
        sure = losses.discriminator_loss(tf.fill([4], 3.7), tf.fill([4], -3.7))
        assert float(sure) < floor < np.log(2)
        assert "discriminator tells nearly all" in meaning
