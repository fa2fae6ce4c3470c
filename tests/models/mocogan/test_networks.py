"""The networks of MoCoGAN: sizes, shapes, and the GRU written out."""

import numpy as np
import pytest
import tensorflow as tf
from models.harness import random_model

from mipae_tf.models.mocogan.config import MoCoGANConfig
from mipae_tf.models.mocogan.discriminators import ImageDiscriminator
from mipae_tf.models.mocogan.discriminators import VideoDiscriminator
from mipae_tf.models.mocogan.generator import Codes
from mipae_tf.models.mocogan.generator import FrameGenerator
from mipae_tf.models.mocogan.generator import Recurrence

FRAME = (16, 16, 1)
KEY = tf.constant([0, 0])
PLAIN = {"norm": "batch", "synchronized": False, "noise": 0.0}


@pytest.fixture(scope="module")
def network():
    return random_model("mocogan", FRAME).network


def size_of(network):
    return sum(np.prod(v.shape) for v in network.trainable_variables)


def video_discriminator(size, width=2, categories=0, channels=1, **options):
    made = VideoDiscriminator(
        size, width, 4, categories, **{**PLAIN, **options}
    )
    made.build((None, None, size, size, channels))
    return made


def test_published_sizes():
    """Codes of 50, 6 and 10 numbers, RGB frames of 64 pixels, width 64."""
    config = MoCoGANConfig.resolve("published")
    assert (config.content_dim, config.motion_dim) == (50, 10)
    assert (config.categories, config.width) == (6, 64)
    generator = FrameGenerator((64, 64, 3), 64, "batch", False)
    generator.build((None, 66))
    image = ImageDiscriminator(64, 64, **PLAIN)
    image.build((None, 64, 64, 3))
    video = video_discriminator(64, 64, 6, channels=3)
    motion = Recurrence(10, torch_rules=True)
    kernels = 66 * 512 + 512 * 256 + 256 * 128 + 128 * 64 + 64 * 3
    norms = 2 * (512 + 256 + 128 + 64)
    assert size_of(generator) == 16 * kernels + norms == 3_298_176
    kernels = 3 * 64 + 64 * 128 + 128 * 256 + 256
    assert size_of(image) == 16 * kernels + 2 * (128 + 256) == 663_296
    kernels = 3 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512 * 7
    norms = 2 * (128 + 256 + 512)
    assert size_of(video) == 64 * kernels + norms == 11_253_504
    assert size_of(motion) == 3 * (10 * 10 + 10 * 10 + 10 + 10)


@pytest.mark.parametrize(
    "size, length, times", [(64, 16, 1), (32, 16, 4), (16, 10, 1)]
)
def test_the_last_map_of_the_video_discriminator(size, length, times):
    """16 frames of 64 pixels: times 16, 13, 10, 7, 4, 1."""
    video = video_discriminator(size, categories=2)
    clips = tf.random.stateless_normal([2, length, size, size, 1], KEY)
    maps = video.logits(clips, False, None)
    assert maps.shape == (2, times, 1, 1, 3)
    logits, category = video(clips)
    mean = np.mean(maps, axis=(1, 2, 3))
    np.testing.assert_allclose(logits, mean[:, 0], atol=1e-6)
    np.testing.assert_allclose(category, mean[:, 1:], atol=1e-6)
    assert length - times == video.frames - 1


def test_the_image_discriminator_scores_patches():
    """Convolutions with padding 1; no norm in the first and the last one."""
    image = ImageDiscriminator(16, 2, **PLAIN)
    image.build((None, *FRAME))
    frames = tf.random.stateless_normal([3, *FRAME], KEY)
    first, last = (conv.kernel for conv in image.convolutions)
    pad = [[0, 0], [1, 1], [1, 1], [0, 0]]
    maps = tf.nn.conv2d(frames, first, 2, pad)
    maps = tf.nn.conv2d(np.maximum(maps, 0.2 * maps), last, 2, pad)
    assert maps.shape == (3, 4, 4, 1)
    np.testing.assert_allclose(image(frames), maps[..., 0], atol=1e-6)


def test_normalization_of_the_video_discriminator_is_over_batch_and_time():
    video = video_discriminator(16)
    clips = tf.random.stateless_normal([3, 10, *FRAME], KEY)
    first = video.convolutions[0](video.pad(clips, last=False))
    maps = video.convolutions[1](
        video.pad(tf.nn.leaky_relu(first, 0.2), last=False)
    )
    norm = video.norms[0]
    axes = (0, 1, 2, 3)
    scale = np.sqrt(np.var(maps, axes) + norm.epsilon)
    expected = (maps - np.mean(maps, axes)) / scale
    expected = expected * norm.gamma + norm.beta
    maps = video.convolutions[2](tf.nn.leaky_relu(expected, 0.2))
    found = video.logits(clips, True, None)
    np.testing.assert_allclose(found, maps, atol=1e-5)


def test_no_convolution_has_a_bias(network):
    image = ImageDiscriminator(16, 2, **PLAIN)
    image.build((None, *FRAME))
    for each in (network.generator, image, video_discriminator(16)):
        names = {variable.name for variable in each.trainable_variables}
        assert names == {"kernel", "gamma", "beta"} - (
            {"gamma", "beta"} if each is image else set()
        )


def test_noise_is_added_before_every_convolution():
    image = ImageDiscriminator(16, 2, **{**PLAIN, "noise": 0.5})
    image.build((None, *FRAME))
    frames = tf.random.stateless_normal([64, *FRAME], KEY)
    seen = []
    for conv in image.convolutions:
        conv.kernel.assign(tf.ones_like(conv.kernel))
        call = conv.call
        conv.call = lambda x, call=call: (seen.append(x), call(x))[1]
    for key in (None, KEY, tf.constant([1, 0])):
        image(frames, training=False, key=key)
    quiet, noisy, other = seen[::2]
    np.testing.assert_array_equal(quiet, frames)
    assert np.std(noisy - quiet) == pytest.approx(0.5, rel=0.05)
    assert np.std(noisy - other) == pytest.approx(0.5 * 2**0.5, rel=0.05)
    inner = tf.nn.leaky_relu(image.convolutions[0](noisy), 0.2)
    assert np.std(seen[3] - inner) == pytest.approx(0.5, rel=0.05)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def test_the_motion_codes_are_the_states_of_a_gru():
    random, dim = np.random.default_rng(0), 3
    motion = Recurrence(dim, torch_rules=False)
    for weight in motion.trainable_variables:
        weight.assign(random.normal(size=weight.shape))
    kernel, recurrent, bias = (np.array(w) for w in motion.cell.weights)
    noise = random.normal(size=(2, 4, dim)).astype("float32")
    hidden = random.normal(size=(2, dim)).astype("float32")
    found = motion(tf.constant(noise), tf.constant(hidden))
    for time in range(4):
        given = np.split(noise[:, time] @ kernel + bias[0], 3, axis=1)
        held = np.split(hidden @ recurrent + bias[1], 3, axis=1)
        update, reset = (sigmoid(given[n] + held[n]) for n in (0, 1))
        new = np.tanh(given[2] + reset * held[2])
        hidden = update * hidden + (1.0 - update) * new
        np.testing.assert_allclose(found[:, time], hidden, atol=1e-5)
        assert np.abs(np.diff(hidden)).max() > 0.1


def test_distributions_of_the_codes(network):
    codes = network.sample(4_000, 2, tf.constant([3, 0]))
    for code in (codes.content, network.sample_motion(4_000, 1, KEY)):
        assert np.isfinite(code).all()
    assert np.abs(np.mean(codes.content, axis=0)).max() < 0.06
    np.testing.assert_allclose(np.std(codes.content, axis=0), 1, atol=0.05)
    np.testing.assert_array_equal(np.sum(codes.category, axis=1), 1.0)
    shares = np.mean(codes.category, axis=0)
    np.testing.assert_allclose(shares, 1 / 3, atol=0.03)


def test_the_motion_starts_from_a_random_state(network, monkeypatch):
    seen = []

    def motion(noise, hidden):
        seen.append((noise, hidden))

    monkeypatch.setattr(network.motion, "call", motion)
    network.sample_motion(3_000, 2, KEY)
    (noise, hidden), both = seen[0], 0.05
    for drawn in (noise[:, 0], noise[:, 1], hidden):
        assert np.abs(np.mean(drawn, axis=0)).max() < 0.07
        np.testing.assert_allclose(np.std(drawn, axis=0), 1, atol=both)
        assert np.abs(np.corrcoef(drawn.numpy().T) - np.eye(3)).max() < 0.07
    apart = [np.corrcoef(noise[:, t, 0], hidden[:, 0])[0, 1] for t in (0, 1)]
    assert np.abs(apart).max() < 0.07


def test_content_and_category_are_the_same_in_all_frames():
    codes = Codes(
        tf.constant([[1.0], [2.0]]),
        tf.constant([[0.0, 1.0], [1.0, 0.0]]),
        tf.constant([[[3.0], [4.0]], [[5.0], [6.0]]]),
    )
    np.testing.assert_array_equal(
        codes.of_frames(),
        [[[1, 0, 1, 3], [1, 0, 1, 4]], [[2, 1, 0, 5], [2, 1, 0, 6]]],
    )


def test_frames_are_between_minus_one_and_one(network):
    drawn = network.frames(network.sample(2, 3, KEY))
    assert drawn.shape == (2, 3, *FRAME)
    assert np.abs(drawn).max() <= 1.0 and np.min(drawn) < 0.0 < np.max(drawn)
