import numpy as np
import pytest
import tensorflow as tf
from metrics.frame_cases import noisy
from metrics.frame_cases import random_frames

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.frechet import frechet_distance
from mipae_tf.metrics.frames.fvd import VideoEmbedder

VIDEOS = tf.TensorSpec([None, None, 224, 224, 3], tf.float32)


def mean_and_peaks(videos):
    """Mean colour of a clip, its extremes, and its first and last frame."""
    videos = tf.cast(videos, tf.float64)  # for means that are exact
    first, last = (tf.reduce_mean(videos[:, t], axis=[1, 2]) for t in (0, -1))
    found = tf.concat(
        [
            tf.reduce_mean(videos, axis=[1, 2, 3]),
            tf.reduce_min(videos, axis=[1, 2, 3]),
            tf.reduce_max(videos, axis=[1, 2, 3]),
            first,
            last,
        ],
        axis=1,
    )  # [clips, 15]
    return tf.cast(found, tf.float32)


def saved(folder, embed=mean_and_peaks, signature="default", *specs):
    module = tf.Module()
    module.embed = tf.function(
        lambda *videos: {"default": embed(*videos)},
        input_signature=specs or [VIDEOS],
    )
    tf.saved_model.save(module, folder, {signature: module.embed})
    return str(folder)


@pytest.fixture(scope="module")
def embedder(tmp_path_factory):
    return VideoEmbedder(saved(tmp_path_factory.mktemp("embedder")))


def test_videos_are_embedded_in_minus_one_to_one(embedder):
    videos = np.zeros((2, 3, 8, 8, 3), np.uint8)
    videos[1, 2, ..., 1] = 255
    found = embedder(videos)
    expected = -np.ones((2, 15))
    expected[1, [7, 13]] = 1  # the green peak and the green of the last frame
    expected[1, 1] = -1 / 3
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(embedder(videos / 255), expected, atol=1e-6)


def test_grey_is_repeated_and_frames_are_resized(embedder):
    videos = random_frames((2, 3, 32, 20, 1))
    grey = embedder(videos)
    np.testing.assert_allclose(
        grey, embedder(np.repeat(videos, 3, axis=-1)), atol=1e-6
    )
    exact = embedder(np.full((1, 2, 7, 9, 1), 51, np.uint8))
    np.testing.assert_allclose(exact, 0.4 - 1, atol=1e-6)


def test_batches_do_not_matter(embedder, monkeypatch):
    videos = random_frames((5, 2, 8, 8, 3))
    expected = embedder(videos)
    monkeypatch.setattr("mipae_tf.metrics.frames.fvd.BATCH_SIZE", 2)
    np.testing.assert_allclose(embedder(videos), expected, atol=1e-6)


def test_worse_videos_are_further_away(embedder):
    truth = random_frames((24, 2, 8, 8, 3)) // 4
    distances = [
        frechet_distance(embedder(noisy(truth, spread)), embedder(truth))
        for spread in (0, 20, 80)
    ]
    assert distances == sorted(distances)
    assert distances[0] < 1e-9 < distances[1]


def test_the_signature_of_exported_models_is_taken_too(tmp_path):
    embedder = VideoEmbedder(saved(tmp_path, signature="serving_default"))
    assert embedder(random_frames((1, 2, 8, 8, 3))).shape == (1, 15)


def test_without_a_model_the_metric_is_absent():
    for path in (None, ""):
        with pytest.raises(AbsentMetric, match="i3d-kinetics-400"):
            VideoEmbedder(path)


def test_invalid_models_are_refused(tmp_path):
    with pytest.raises(ValueError, match="no saved_model.pb"):
        VideoEmbedder(str(tmp_path))
    with pytest.raises(ValueError, match="must have a signature"):
        VideoEmbedder(saved(tmp_path / "name", signature="other"))
    names = [tf.TensorSpec(VIDEOS.shape, name=name) for name in ("a", "b")]
    two = saved(tmp_path / "two", lambda a, b: a + b, "default", *names)
    with pytest.raises(ValueError, match="must take one input"):
        VideoEmbedder(two)
    flat = saved(tmp_path / "flat", lambda videos: tf.reduce_mean(videos))
    with pytest.raises(ValueError, match="one embedding per clip"):
        VideoEmbedder(flat)(random_frames((1, 2, 8, 8, 3)))


def test_invalid_videos_are_refused(embedder):
    for videos, message in (
        (random_frames((2, 8, 8, 3)), r"\[clips, time"),
        (random_frames((1, 2, 8, 8, 2)), "1 or 3 channels"),
        (random_frames((1, 2, 8, 8, 3)) / 100, r"within \[0, 1\]"),
    ):
        with pytest.raises(ValueError, match=message):
            embedder(videos)
