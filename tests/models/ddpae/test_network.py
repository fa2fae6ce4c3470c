import numpy as np
import pytest
import tensorflow as tf
from models.harness import FRAME
from models.harness import moving_clips
from models.harness import random_model

from mipae_tf.models import make_model
from mipae_tf.models.ddpae.network import compose

# Scale with which pixels of a canvas of 32 fall on pixels of a frame of 64.
EXACT = 63.0 / 31.0


@pytest.fixture(scope="module")
def network():
    return random_model("ddpae").network


def count(layer):
    return sum(int(np.prod(w.shape)) for w in layer.trainable_variables)


def test_the_published_sizes():
    network = make_model("ddpae", FRAME, protocol="published").network
    convolutions = 16 * (8 + 8 * 16 + 16 * 32 + 32 * 64 + 64 * 256)
    norms = 2 * (16 + 32 + 64)
    assert count(network.image_encoder) == convolutions + norms == 305_504
    assert count(network.object_encoder) == 76_000
    assert count(network.object_decoder) == 76_016
    reader, predictor = network.pose.reader, network.pose.predictor
    assert count(reader) == 4 * 64 * (256 + 64 + 64 + 2)
    assert count(predictor) == 4 * 64 * (64 + 64 + 64 + 2)
    assert count(network.pose.starter) == 4 * 64 * (64 + 64 + 2)
    for heads in (network.pose.transition, network.pose.initial):
        assert count(heads) == 2 * (64 * 3 + 3)
    assert count(network.content_cell) == 4 * 64 * (128 + 64 + 2)
    assert count(network.content) == 64 * 256 + 256
    assert count(network) == 706_364
    shapes = [w.shape for w in network.object_decoder.weights]
    assert shapes[0] == (4, 4, 32, 128) and shapes[-1] == (4, 4, 1, 8)


@pytest.mark.parametrize("shape", [(64, 32, 1), (48, 48, 1)])
def test_other_frame_sizes_are_refused(shape):
    with pytest.raises(ValueError, match="frame_size must be one of 16x16, .*"):
        make_model("ddpae", shape)


def by_hand(cell, rows, columns):
    """h[i, j] in the order of the paper: one component after the other.

    Args:
        cell: LSTM cell.
        rows: number of components.
        columns: `(i, j, above, state) -> input` and initial states of each.
    """
    inputs, states, time = columns
    above, found = [np.zeros((2, 4), np.float32)] * time, []
    for i in range(rows):
        state = [tf.constant(s[:, i]) for s in states]
        here = []
        for j in range(time):
            x = inputs(j, above[j], state)
            out, state = cell(tf.concat(x, axis=-1), state)
            here.append(out.numpy())
        above = here
        found.append(np.stack(here, axis=1))
    return np.stack(found, axis=2)  # [batch, time, components, units]


def test_the_recurrence_over_components_and_time(network):
    pose = network.pose
    codes = np.random.default_rng(0).normal(size=(2, 3, 6)).astype("float32")
    hidden, states = pose.read(tf.constant(codes), pose.no_states(2))
    zeros = [np.zeros((2, 2, 4), np.float32)] * 2
    expected = by_hand(
        pose.reader, 2, (lambda j, above, _: [codes[:, j], above], zeros, 3)
    )
    np.testing.assert_allclose(hidden, expected, atol=1e-6)
    assert np.abs(hidden[:, :, 0] - hidden[:, :, 1]).max() > 1e-3
    ahead, after = [], states
    for _ in range(3):
        after = pose.predict(after)
        ahead.append(after[0])
    expected = by_hand(
        pose.predictor,
        2,
        (lambda j, above, state: [state[0], above], np.array(states), 3),
    )
    np.testing.assert_allclose(tf.stack(ahead, axis=1), expected, atol=1e-6)


@pytest.mark.parametrize("independent", [False, True])
def test_what_a_predicted_component_depends_on(independent):
    pose = random_model(
        "ddpae", independent_components=independent
    ).network.pose
    states = [tf.random.stateless_normal([1, 2, 4], [0, n]) for n in (0, 1)]
    before = pose.predict(states)[0].numpy()
    moved = [state + tf.constant([[1.0], [0.0]]) for state in states]
    after = pose.predict(moved)[0].numpy()
    apart = np.abs(after - before).max(axis=(0, 2)) > 1e-5
    assert apart.tolist() == [True, not independent]
    moved = [state + tf.constant([[0.0], [1.0]]) for state in states]
    after = pose.predict(moved)[0].numpy()
    apart = np.abs(after - before).max(axis=(0, 2)) > 1e-5
    assert apart.tolist() == [False, True]


def test_the_initial_pose_depends_on_the_first_hidden_states_in_order(network):
    first = tf.random.stateless_normal([1, 2, 4], [0, 0])
    before = network.pose.start(first).mean.numpy()
    for index, expected in ((0, [True, True]), (1, [False, True])):
        change = tf.one_hot([index], 2)[..., None]
        after = network.pose.start(first + change).mean
        apart = np.abs(after - before).max(axis=(0, 2)) > 1e-6
        assert apart.tolist() == expected


def test_poses_by_hand(network):
    total = tf.constant([[0.0, 0.5, -3.0], [2.5, 0.0, 1.0], [9.0, 1.0, 0.0]])
    expected = [
        [1.0, 0.5 * np.tanh(0.5), 0.5 * np.tanh(-3.0)],
        [2.5, 0.0, 2.0 * np.tanh(1.0)],
        [3.0, 2.5 * np.tanh(1.0), 0.0],
    ]
    np.testing.assert_allclose(network.constrain(total), expected, atol=1e-6)


def test_poses_accumulate(network):
    """The changes are summed before tanh, and the first counts at once."""
    frames = tf.constant(moving_clips(2)[:, :3] / np.float32(255))
    found = network.infer(frames, 2)
    total = np.cumsum(found.transition.mean, axis=1)
    total += found.initial.mean.numpy()[:, None]
    assert found.pose.shape == (2, 5, 2, 3)
    np.testing.assert_allclose(found.pose, network.constrain(total), atol=1e-6)
    noise = network.draw_noise(tf.zeros([2, 5, 1]), tf.constant([0, 0]))
    drawn = network.infer(frames, 2, noise)
    total = np.cumsum(drawn.transition.draw(noise.transition), axis=1)
    total += drawn.initial.draw(noise.initial).numpy()[:, None]
    np.testing.assert_allclose(drawn.pose, network.constrain(total), atol=1e-6)
    expected = drawn.content.mean + drawn.content.scale * noise.content
    np.testing.assert_allclose(drawn.code, expected, atol=1e-6)
    assert np.abs(drawn.content.mean - found.content.mean).max() > 1e-5, (
        "crops are taken with the sampled pose"
    )


def scene():
    """Frames of two objects on whole pixels, the objects, and their poses."""
    random = np.random.default_rng(0)
    objects = random.random((1, 2, 32, 32, 1)).astype("float32")
    corners = np.array([[[0, 3], [32, 30]], [[2, 5], [20, 28]]])  # (x, y)
    frames = np.zeros((1, 2, 64, 64, 1), np.float32)
    for time, places in enumerate(corners):
        for index, (x, y) in enumerate(places):
            frames[0, time, y : y + 32, x : x + 32] += objects[0, index]
    # The center of an object is at -(x, y) / s.
    center = (corners + 15.5) / 31.5 - 1.0
    shift = -EXACT * center
    scale = np.full((2, 2, 1), EXACT)
    pose = np.concatenate([scale, shift], axis=-1)[None].astype("float32")
    return np.minimum(frames, 1.0), objects, tf.constant(pose)


def test_a_scene_is_reproduced_from_its_true_latents(network):
    frames, objects, pose = scene()
    drawn = compose(network.paste(tf.constant(objects), pose))
    np.testing.assert_allclose(drawn, frames, atol=1e-4)
    assert frames[0, 1].max() == 1.0, "the objects overlap"
    crops = network.crop(tf.constant(frames), pose)
    np.testing.assert_allclose(crops[:, 0], objects, atol=1e-4)
    wrong = compose(network.paste(tf.constant(objects[:, ::-1]), pose))
    assert np.abs(wrong - frames).max() > 0.5


def test_later_frames_do_not_change_earlier_poses(network):
    frames = moving_clips(2)[:, :4] / np.float32(255)
    other = frames.copy()
    other[:, 3] = frames[:, 0]
    one, two = (network.infer(tf.constant(f)) for f in (frames, other))
    np.testing.assert_array_equal(one.pose[:, :3], two.pose[:, :3])
    assert np.abs(one.pose[:, 3] - two.pose[:, 3]).max() > 1e-6
    assert np.abs(one.code - two.code).max() > 1e-6
