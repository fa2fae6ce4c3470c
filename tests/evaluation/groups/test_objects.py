import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from evaluation.world import Double
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.data import Clips
from mipae_tf.evaluation.groups.objects import GROUP
from mipae_tf.evaluation.groups.objects import KEYS


class Halves(Double):
    """Finds the upper and the lower half of each bar."""

    latents = ()

    def segment(self, frames):
        bright = tf.cast(frames > 0, tf.float32)
        upper = tf.cast(tf.range(16)[:, None, None] < 8, tf.float32)
        return tf.concat([bright * upper, bright * (1.0 - upper)], axis=-1)


class Nothing(Double):
    latents = ()


def measured(model, masks=None):
    world = clips(4)
    streams = {} if masks is None else {"masks": masks}
    world = Clips(world.video, streams=streams, name="bars test")
    seen = dataclasses.replace(subject(), model=model, clips=world)
    return GROUP.measure(seen)


def halves(video):
    masks = np.repeat(video > 0, 2, axis=-1).astype(np.uint8)
    masks[:, :, 8:, :, 0] = masks[:, :, :8, :, 1] = 0
    return masks


def test_perfect_masks():
    found = measured(Halves(), halves(clips(4).video))
    values = {key: found.metrics[key]["value"] for key in KEYS}
    wrong = {"objects/distance": 0.0, "objects/switched": 0.0}
    assert values == {key: 1.0 for key in KEYS} | wrong
    assert {row["count"] for row in found.metrics.values()} == {4}
    assert set(found.per_clip) == set(KEYS)


def test_clips_without_objects_are_left_out():
    masks = halves(clips(4).video)
    masks[0] = 0
    found = measured(Halves(), masks)
    assert found.metrics["objects/iou"]["count"] == 3
    assert found.metrics["objects/counted"]["count"] == 4
    assert found.metrics["objects/counted"]["value"] == 0.75
    assert "objects/iou" not in found.per_clip
    found = measured(Halves(), np.zeros_like(masks)).metrics
    assert found["objects/ari"]["absent"] == "No frame shows two objects."
    assert found["objects/counted"]["value"] == 0.0


@pytest.mark.parametrize(
    "model, masks, reason",
    [
        (Nothing(), True, "Nothing offers no segment."),
        (Halves(), False, "bars test has no masks."),
    ],
)
def test_absent_with_a_reason(model, masks, reason):
    given = halves(clips(4).video) if masks else None
    found = measured(model, given).metrics
    assert found == {key: {"absent": reason} for key in KEYS}
