import dataclasses

import numpy as np
import tensorflow as tf
from evaluation.world import Oracle
from evaluation.world import subject

from mipae_tf.evaluation import subject as module
from mipae_tf.models.evidence import Evidence


def test_results_do_not_depend_on_the_chunk_size(monkeypatch):
    seen = subject()
    video = seen.clips.video
    whole = seen.encode(video), seen.encode_images(video[:, 0]), seen.forecast()
    decoded = seen.decode(whole[0], video[:, -1])
    monkeypatch.setattr(module, "CHUNK", 5)
    np.testing.assert_array_equal(
        seen.encode(video)["where"], whole[0]["where"]
    )
    np.testing.assert_array_equal(seen.decode(whole[0], video[:, -1]), decoded)
    np.testing.assert_array_equal(seen.forecast(), whole[2])
    images = seen.encode_images(video[:, 0])
    np.testing.assert_array_equal(images["what"], whole[1]["what"])


def test_latents_of_frames_and_clips():
    seen = subject()
    codes = seen.encode(seen.clips.video)
    assert codes["where"].shape == (24, 8, 1) and codes["what"].shape == (24, 1)
    np.testing.assert_array_equal(
        codes["where"][..., 0], seen.clips.pose["x_0"]
    )
    flat = seen.encode_images(seen.clips.video[:, 2])
    assert flat["where"].shape == flat["what"].shape == (24, 1)


def test_every_frame_of_a_clip_has_a_code():
    seen = subject()
    video = seen.clips.video
    codes = seen.encode_frames(video)
    np.testing.assert_array_equal(codes["where"], seen.encode(video)["where"])
    by_frame = seen.encode_images(video.reshape(-1, *video.shape[2:]))
    np.testing.assert_array_equal(
        codes["what"].reshape(-1, 1), by_frame["what"]
    )


class Drawn(Oracle):
    """Codes and forecasts are noise."""

    def encode(self, frames, seed=None):
        codes = super().encode(frames)
        key = tf.stack([0 if seed is None else seed, 0])
        return {
            name: tf.random.stateless_normal(tf.shape(code), key)
            for name, code in codes.items()
        }

    def evidence(self, clip, seed=0):
        key = tf.stack([seed, 0])
        kl = tf.random.stateless_normal(tf.shape(clip)[:2], key)
        return Evidence(-kl, kl)

    def forecast(self, context, horizon, samples=None, seed=0):
        frames = context.frames
        shape = (len(frames), horizon, *frames.shape[2:])
        noise = tf.random.stateless_uniform(
            shape, [int(seed), 0], 0, 256, tf.int32
        )
        return tf.cast(noise, tf.uint8)


def test_chunks_have_different_random_draws(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 2)
    seen, reseeded = (
        dataclasses.replace(subject(seed=seed), model=Drawn())
        for seed in (0, 1)
    )
    video = np.repeat(seen.clips.video[:1], 4, axis=0)
    for draw in (
        lambda seen: seen.encode(video, seen.seed)["where"],
        lambda seen: seen.encode_frames(video, seen.seed)["what"],
        lambda seen: seen.forecast(clips=4),
        lambda seen: seen.evidence().kl[:4],
    ):
        found = draw(seen)
        np.testing.assert_array_equal(found, draw(seen))
        assert not np.array_equal(found[:2], found[2:])
        assert not np.array_equal(found, draw(reseeded))
    first, other = seen.forecast(0, clips=2), seen.forecast(1, clips=2)
    assert not np.array_equal(first, other)


class Shown(Oracle):
    """Keeps the context that it is given."""

    def forecast(self, context, horizon, samples=None, seed=0):
        self.shown = np.asarray(context.frames)
        return super().forecast(context, horizon)


def test_a_forecast_is_given_exactly_the_context():
    seen = dataclasses.replace(subject(), model=Shown())
    assert seen.forecast(horizon=5, clips=2).shape[:2] == (2, 5)
    np.testing.assert_array_equal(seen.model.shown, seen.clips.video[:2, :3])


def test_the_future_follows_the_context():
    seen = subject()
    np.testing.assert_array_equal(seen.future(), seen.clips.video[:, 3:7])
