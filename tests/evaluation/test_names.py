"""Metrics do not depend on the names of factors."""

import dataclasses

import numpy as np
import pytest
from evaluation import dots
from evaluation.quick_classifier import nearest
from evaluation.world import SHADES
from evaluation.world import Builder
from evaluation.world import clips
from evaluation.world import shade
from evaluation.world import subject

from mipae_tf.data import Clips
from mipae_tf.evaluation import judges
from mipae_tf.evaluation.groups import classification
from mipae_tf.evaluation.groups import downstream
from mipae_tf.evaluation.groups import factors
from mipae_tf.evaluation.groups import judged
from mipae_tf.evaluation.groups import leak
from mipae_tf.evaluation.groups import mig
from mipae_tf.evaluation.groups import swap
from mipae_tf.evaluation.options import EvaluationOptions
from mipae_tf.evaluation.subject import Subject
from mipae_tf.judging import judge
from mipae_tf.metrics.probes import probes

# A class whose name looks like a position of another object, positions whose
# names do not.
BARS = {"shape_0": "x_left_1", "x_0": "q7"}
DOTS = {"x_0": "left_0", "y_0": "x_0", "x_1": "shape_1", "y_1": "action"}


def renamed(world, names):
    """The same clips with other names for their factors."""
    return Clips(
        world.video,
        {names[name]: values for name, values in world.values.items()},
        [dataclasses.replace(f, name=names[f.name]) for f in world.factors],
        name=world.name,
    )


class Renamed(Builder):
    """Draws the bars from factors with other names."""

    def render(self, content, pose, instance=None):
        old = {new: name for name, new in BARS.items()}
        content, pose = (
            {old.get(name, name): values for name, values in group.items()}
            for group in (content, pose)
        )
        return super().render(content, pose)

    def sample_static(self, count, seed, start=0):
        frames, *groups = super().sample_static(count, seed, start)
        return frames, *(
            {BARS[name]: values for name, values in group.items()}
            for group in groups
        )


def under_old_names(metrics, names):
    old = {new: name for name, new in names.items()}
    return {
        "/".join(old.get(part, part) for part in key.split("/")): row
        for key, row in metrics.items()
    }


class ExactJudge:
    """Reads the bar's shade and column exactly."""

    def __init__(self, classes, places, *_):
        (self.shade,), (self.column,) = classes, places
        self.classes = {self.shade.name: self.shade}
        self.places = {self.column.name: self.column}

    def judge(self, frames):
        light = frames[:, 0, :, 0]
        shades = np.eye(SHADES)[(light.max(axis=1) > shade(0)).astype(int)]
        columns = light.argmax(axis=1)
        return {self.shade.name: shades}, {self.column.name: columns}


@pytest.mark.parametrize(
    "group", [judged, leak, mig, swap, downstream, classification]
)
def test_bars_do_not_depend_on_names(group, monkeypatch):
    monkeypatch.setattr(judge, "Judge", ExactJudge)
    monkeypatch.setattr(judge, "train_judge", lambda *_: None)
    monkeypatch.setattr(classification, "predicted_classes", nearest)
    monkeypatch.setattr(probes, "EPOCHS", 1)
    world, found = clips(16), []
    for own, builder in ((world, Builder()), (renamed(world, BARS), Renamed())):
        seen = subject(builder, training=lambda own=own: own, mig_samples=100)
        seen = dataclasses.replace(seen, clips=own)
        found.append(group.GROUP.measure(seen).metrics)
    assert any("value" in row for row in found[0].values())
    assert under_old_names(found[1], BARS) == found[0]


class Judge(dots.Judge):
    """The exact judge with other names for the factors."""

    places = {DOTS[name]: size for name, size in dots.Judge.places.items()}


def test_dots_do_not_depend_on_names(monkeypatch):
    monkeypatch.setattr(probes, "EPOCHS", 1)
    world, found = dots.dots().take(slice(20)), []
    for own, exact in ((world, dots.Judge()), (renamed(world, DOTS), Judge())):
        monkeypatch.setattr(judges, "make_judge", lambda _, exact=exact: exact)
        options = EvaluationOptions(horizon=4)
        seen = Subject(dots.Painter(), own, None, 2, options)
        found.append(factors.GROUP.measure(seen).metrics)
    assert "value" in found[0]["factors/alone"]
    assert found[1] == found[0]
