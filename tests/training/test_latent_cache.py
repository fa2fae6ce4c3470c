import numpy as np
import pytest
from models.harness import moving_clips
from models.harness import random_model

from mipae_tf.data import Clips
from mipae_tf.training import latent_cache
from mipae_tf.training.latent_cache import cached_latents
from mipae_tf.training.latent_cache import encode_each_frame


@pytest.fixture
def encodings(monkeypatch):
    """Counts the calls that encode clips."""
    calls = []

    def counted(*args):
        calls.append(1)
        return encode_each_frame(*args)

    monkeypatch.setattr(latent_cache, "encode_each_frame", counted)
    return calls


def test_each_frame_is_encoded_separately(monkeypatch):
    monkeypatch.setattr(latent_cache, "FRAMES_PER_CALL", 7)
    model, video = random_model("mipae"), moving_clips(3, 4)
    latents = encode_each_frame(model, Clips(video))
    assert latents["content"].shape == (3, 4, 6)
    assert latents["pose"].shape == (3, 4, 3)
    np.testing.assert_allclose(
        latents["pose"], model.encode(video)["pose"], atol=1e-5
    )
    for time in range(4):
        content = model.encode(video[:, : time + 1])["content"]
        np.testing.assert_allclose(
            latents["content"][:, time], content, atol=1e-5
        )


def test_the_cache_is_used_only_for_the_same_weights_and_clips(
    tmp_path, encodings
):
    model, video = random_model("mipae"), moving_clips(3, 4)
    path = tmp_path / "latents" / "train.npz"
    first = cached_latents(model, Clips(video), path)
    second = cached_latents(model, Clips(video), path)
    assert len(encodings) == 1
    for name, latent in first.items():
        np.testing.assert_array_equal(second[name], latent)
    video[0, 0, 30, 30] ^= 255
    third = cached_latents(model, Clips(video), path)
    assert len(encodings) == 2
    assert (third["pose"][0, 0] != first["pose"][0, 0]).any()
    weight = model.network.pose_encoder.trainable_variables[0]
    weight.assign(1.5 * weight)
    fourth = cached_latents(model, Clips(video), path)
    assert len(encodings) == 3
    assert (fourth["pose"] != third["pose"]).any()


def test_copies_follow_the_clips_and_are_augmented(tmp_path):
    model = random_model("mipae", augment_flip=True, augment_shift=8)
    clips, path = Clips(moving_clips(6, 4)), tmp_path / "train.npz"
    alone = cached_latents(model, clips, path)
    three = cached_latents(model, clips, path, 3)
    assert three["pose"].shape == (18, 4, 3)
    np.testing.assert_allclose(three["pose"][:6], alone["pose"], atol=1e-5)
    for copy in (three["pose"][6:12], three["pose"][12:]):
        assert (np.abs(copy - alone["pose"]).max(axis=(1, 2)) > 1e-3).sum() > 3
    assert (three["pose"][6:12] != three["pose"][12:]).any()
    again = encode_each_frame(model, clips, 3)
    np.testing.assert_array_equal(again["pose"], three["pose"])
