"""Scenes that are known, the second stage, and what it keeps in memory."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from models.harness import arrays_of
from models.harness import batch_of
from models.harness import moving_clips
from models.harness import random_model

from mipae_tf.models import make_model
from mipae_tf.models.hierarchical_objects.dynamics import DynamicsStage
from mipae_tf.models.hierarchical_objects.dynamics import PosePredictor
from mipae_tf.models.hierarchical_objects.dynamics import huber
from mipae_tf.models.hierarchical_objects.objects import Drawn

FRAME = (32, 32, 3)


@pytest.fixture(scope="module")
def model():
    return random_model("hierarchical_objects", FRAME, crop_size=16)


@pytest.fixture(scope="module")
def clips():
    return moving_clips(5, 6, FRAME)


def test_the_true_latents_give_the_scene(model, clips, monkeypatch):
    """With decoders that draw what is known, up to rounding."""
    random = np.random.default_rng(0)
    shapes = (random.random((2, 16, 16, 1)) > 0.5).astype(np.float32)
    images = random.random((4, *FRAME)).astype(np.float32)

    def decode(pose, content):
        """The pose is a color, and the content tells the shape."""
        masks = tf.gather(shapes, tf.cast(content[..., 0], tf.int32))
        colors = tf.broadcast_to(
            pose[..., None, None, :], [*masks.shape[:-1], 3]
        )
        return Drawn(colors, masks)

    monkeypatch.setattr(model.network.objects, "decode", decode)
    monkeypatch.setattr(
        model.network.background,
        "decode",
        lambda codes: tf.gather(images, tf.cast(codes[:, 0], tf.int32)),
    )
    # Corners (x, y) of objects of 16 pixels, [time, objects, 2].
    corners = np.array([[[0, 0], [16, 16]], [[3, 5], [16, 14]]])
    colors = random.random((2, 2, 3)).astype(np.float32)
    expected = np.stack([images[1], images[1]])
    for time in range(2):
        for index, (x, y) in enumerate(corners[time]):
            part = expected[time, y : y + 16, x : x + 16]
            part[:] = np.where(shapes[index], colors[time, index], part)
    place = -1.0 + (2 * corners + 15) / 31.0
    where = np.concatenate([np.full_like(place, 15 / 31), place], axis=-1)
    latents = {
        "z_back": [[1.0]],
        "z_content": [[[0.0], [1.0]]],
        "z_where": where[None],
        "z_pose": colors[None],
        "z_presence": np.ones((1, 2, 2, 1)),
    }
    latents = {k: tf.constant(v, tf.float32) for k, v in latents.items()}
    drawn = model.decode(latents)[0].numpy()
    overlap = np.zeros([2, 32, 32], bool)
    overlap[1, 14:21, 16:19] = True  # both own these pixels in frame 1
    np.testing.assert_allclose(drawn[~overlap], expected[~overlap], atol=1e-4)


def test_an_absent_object_is_not_drawn(model, clips):
    codes = dict(model.encode(tf.constant(clips[:2, :3])))
    codes["z_presence"] = tf.zeros_like(codes["z_presence"])
    background = model.network.background.decode(codes["z_back"])
    np.testing.assert_allclose(
        model.decode(codes), np.repeat(background[:, None], 3, 1), atol=1e-6
    )


def test_masks_are_those_of_the_decoded_frames(model, clips):
    """White objects on black show the masks."""
    frames = tf.constant(clips[:2, :1])
    codes = model.encode(frames)
    layers = model.network.layers(
        {k: v[:, 0] if v.shape.rank == 4 else v for k, v in codes.items()}
    )
    total = tf.reduce_sum(layers.masks[..., 0], axis=1)
    found = tf.reduce_sum(model.segment(frames)[:, 0], axis=-1)
    np.testing.assert_allclose(found, tf.minimum(total, 1.0), atol=1e-6)


@pytest.fixture(scope="module")
def dynamics(model, clips):
    """The stage, and its batch of stored codes."""
    stage = DynamicsStage(model.network.predictor, model.config, seed=0)
    arrays = arrays_of(model, stage, clips)
    stage.prepare(arrays)
    return stage, batch_of(stage, arrays)


def test_the_second_stage_holds_no_frames(dynamics):
    """Its batch, and all tensors of a step, are smaller than the frames."""
    stage, batch = dynamics
    assert set(batch) == {
        "z_back",
        "z_content",
        "z_where",
        "z_pose",
        "z_presence",
    }
    size, time = batch["z_back"].shape[:2]
    step = tf.function(stage.evaluate_losses, autograph=False)
    step = step.get_concrete_function(batch)
    largest = max(
        output.shape.num_elements() or 0
        for op in step.graph.get_operations()
        for output in op.outputs
        if output.shape.rank is not None
    )
    assert largest < size * time * 32 * 32


def test_the_errors_of_the_second_stage(model, dynamics):
    """An LSTM that predicts no change: true poses within the context of 2,
    and the last of them after it.
    """
    stage, batch = dynamics
    readout = model.network.predictor.lstm.readout
    kept = readout.kernel.numpy(), readout.bias.numpy()
    readout.kernel.assign(tf.zeros_like(readout.kernel))
    readout.bias.assign(tf.zeros_like(readout.bias))
    codes = stage._per_object(batch)
    errors, weights = stage._errors(codes)
    poses = stage._ordered(codes)[0].numpy()
    deviation = model.network.predictor.change_scale.deviation.numpy()
    assert np.std(deviation) > 0.0 and weights.numpy().any()
    for time in range(1, 5):
        before = poses[:, min(time, 2) - 1]
        change = (poses[:, time] - before) / deviation
        expected = huber(tf.constant(change)).numpy().mean(axis=-1)
        mine = weights[:, time].numpy() > 0
        np.testing.assert_allclose(
            errors[:, time].numpy()[mine], expected[mine], rtol=1e-3, atol=1e-5
        )
    found = stage.evaluate_losses(batch)
    product = (errors * weights).numpy()
    assert float(found["context"]) == pytest.approx(product[:, 1].mean())
    assert float(found["horizon"]) == pytest.approx(product[:, 2:].mean())
    for variable, value in zip((readout.kernel, readout.bias), kept):
        variable.assign(value)


def test_others_matter(model, clips):
    predictor = model.network.predictor
    tracks = model._watch(tf.constant(clips[:, :2]))[0][0]
    tracks = tracks._replace(seen=tf.ones_like(tracks.seen))
    states = predictor.initial_state(tracks)
    moved = tf.concat([tracks.pose[:, :1], tracks.pose[:, 1:] + 1.0], axis=1)
    one, _ = predictor.predict(tracks, states)
    other, _ = predictor.predict(tracks._replace(pose=moved), states)
    assert np.abs(one[:, 0] - other[:, 0]).max() > 1e-4
    # Without --interaction, the LSTM has no input for it.
    alone = PosePredictor(dataclasses.replace(model.config, interaction=False))
    one, _ = alone.predict(tracks, states)
    other, _ = alone.predict(tracks._replace(pose=moved), states)
    np.testing.assert_array_equal(one[:, 0], other[:, 0])


def test_frames_of_an_unknown_size_are_refused():
    with pytest.raises(ValueError, match="frame_size must be one of 16x16"):
        make_model("hierarchical_objects", (48, 48, 3))


@pytest.mark.slow
def test_an_unknown_number_of_frames(model, clips):
    """As in an exported model."""
    frames = tf.TensorSpec([None, None, *FRAME], tf.uint8)
    encode = tf.function(model.encode, input_signature=[frames])
    given = tf.constant(clips)
    found, expected = encode(given), model.encode(given)
    for name, code in expected.items():
        np.testing.assert_allclose(found[name], code, atol=1e-5)
