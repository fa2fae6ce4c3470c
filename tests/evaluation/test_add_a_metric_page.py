"""The code of docs/add_a_metric.md runs as it is printed there."""

import pathlib
import re
import types

import numpy as np
import pytest
import tensorflow as tf
from evaluation.world import Double
from evaluation.world import clips

from mipae_tf.data import Clips
from mipae_tf.evaluation.groups.registry import GROUPS
from mipae_tf.evaluation.options import EvaluationOptions
from mipae_tf.evaluation.subject import Subject

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "add_a_metric.md"
GROUP_CODE, REGISTRY_CODE = re.findall(
    r"```python\n(.*?)```", PAGE.read_text(), re.S
)


class Segmenter(Double):
    """Segments pixels of at least some brightness."""

    latents = ()

    def __init__(self, least=50):
        self.least = least

    def segment(self, frames):
        return tf.cast(frames >= self.least, tf.float32)


class Blind(Double):
    """Offers nothing."""

    latents = ()


@pytest.fixture
def group():
    names, groups = {}, dict(GROUPS)
    exec(GROUP_CODE, names)
    module = types.SimpleNamespace(**names)
    exec(REGISTRY_CODE, {"GROUPS": groups, "foreground": module})
    return groups["foreground"]


def measured(group, model, video):
    subject = Subject(model, video, None, 3, EvaluationOptions(horizon=4))
    return group.measure(subject)


def test_the_group_measures_intersection_over_union(group):
    video = clips().video
    masked = Clips(video, streams={"masks": (video > 0).astype(np.uint8)})
    found = measured(group, Segmenter(), masked)
    assert found.metrics["foreground/iou"]["value"] == 1.0
    assert found.per_clip["foreground/iou"].shape == video.shape[:2]
    blind = measured(group, Segmenter(least=0), masked)
    share = (video > 0).mean()
    assert blind.metrics["foreground/iou"]["value"] == pytest.approx(share)


def test_missing_needs_are_reported(group):
    reasons = {
        Segmenter: "bars test has no masks.",
        Blind: "Blind offers no segment.",
    }
    for model, reason in reasons.items():
        found = measured(group, model(), clips()).metrics
        assert found == {"foreground/iou": {"absent": reason}}
