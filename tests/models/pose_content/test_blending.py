"""Models whose frames are blended into the content frame."""

import numpy as np
import pytest
import tensorflow as tf
from models.harness import moving_clips
from models.harness import random_model

BLENDED = {
    "backbone": "dcgan_skips",
    "normalization": "group",
    "output": "moved",
}


def test_a_forecast_decodes_with_the_last_context_frame():
    model, video = random_model("mipae", **BLENDED), moving_clips(4, 5)
    pixels = np.zeros((4, 3, 64, 64, 1), np.uint8)
    kept = model.network.decoder.with_drawn_share

    def copied_only(codes, skips, training=None):
        frames, drawn = kept(codes, skips, training)
        return tf.identity(skips[0]), drawn  # m_0 = 1

    model.network.decoder.with_drawn_share = copied_only
    pixels[:] = video[:, 1:2]
    np.testing.assert_array_equal(model.forecast(video[:, :2], 3), pixels)


@pytest.mark.parametrize("given", [False, True])
def test_the_pose_of_the_content_frame_is_given_to_the_decoder(given):
    model = random_model("mipae", reference_pose=given)
    video = moving_clips(2, 3)
    latents = model.encode(video)
    other = np.roll(video[:, 0], 20, axis=1)
    if not given:
        np.testing.assert_array_equal(
            model.decode(latents, video[:, 0]), model.decode(latents, other)
        )
        return
    first, second = (
        model.decode(latents, reference).numpy()
        for reference in (video[:, 0], other)
    )
    assert np.abs(first - second).max() > 1e-3
    with pytest.raises(ValueError, match="needs reference"):
        model.decode(latents)


def test_the_loss_has_the_share_of_pixels_that_are_drawn():
    video = moving_clips(4, 4)
    losses = []
    for weight in (0.0, 0.5):
        stage = random_model("mipae", **BLENDED, draw_weight=weight).stages()[0]
        losses.append(float(stage.evaluate_losses(video)["reconstruction"]))
    frames = tf.constant(video[:, 0]) / 255
    model = random_model("mipae", **BLENDED)
    reference = model.network.reference(tf.cast(frames, tf.float32))
    poses = model.network.poses(tf.cast(video[:, 2:3], tf.float32) / 255.0)
    codes = tf.concat([reference.content, poses[:, 0]], axis=-1)
    _, drawn = model.network.decoder.with_drawn_share(codes, reference.skips)
    changed = float(tf.reduce_mean(drawn))
    assert 0.05 < changed < 0.95
    assert losses[1] - losses[0] == pytest.approx(0.5 * changed, rel=0.2)


def test_only_one_content_is_trained():
    """Skip maps and pixels are those of one content frame."""
    stage = random_model("mipae", **BLENDED, contents=2).stages()[0]
    assert stage.contents == 1


def test_the_pixels_follow_the_points_of_the_pose():
    """The decoder finds the points at the end of its codes."""
    model = random_model(
        "mipae",
        backbone="points",
        output="point_motion",
        reference_pose=True,
        pose_dim=6,
    )
    assert model.network.decoder.points == 2
    network, frames = model.network, moving_clips(2, 3) / np.float32(255)
    poses = network.poses(tf.constant(frames))
    codes, _ = network._inputs(
        poses[:, 1:2], network.reference(frames[:, 0]), None
    )
    before, after = network.decoder._points(codes[:, 0])
    np.testing.assert_allclose(before, poses[:, 0], atol=1e-5)
    np.testing.assert_allclose(after, poses[:, 1], atol=1e-5)
    with pytest.raises(ValueError, match="needs --backbone=points and --refer"):
        random_model("mipae", output="point_motion", backbone="points")


def test_point_motion_needs_points():
    message = "--output=point_motion needs .* got --backbone=dcgan"
    with pytest.raises(ValueError, match=message):
        random_model("drnet", output="point_motion", reference_pose=True)
