import numpy as np
from evaluation.world import subject

from mipae_tf.evaluation import subject as module


def test_chunks_make_no_difference(monkeypatch):
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


def test_latents_by_role():
    assert subject().latent_of("content") == "what"
    assert subject().latent_of("noise") is None


def test_the_future_is_what_follows_the_context():
    seen = subject()
    np.testing.assert_array_equal(seen.future(), seen.clips.video[:, 3:7])
