"""The seed of the evaluation determines every random draw."""

import dataclasses
import re

import pytest
from evaluation.dots import Judge
from evaluation.dots import Painter
from evaluation.dots import dots
from evaluation.oracles import Jittered
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.evaluation import judges
from mipae_tf.evaluation.groups import classification
from mipae_tf.evaluation.groups import scores
from mipae_tf.evaluation.groups.registry import GROUPS
from mipae_tf.judging import judge
from mipae_tf.metrics.probes import probes
from mipae_tf.metrics.probes.classifier import Head

QUICK = ("leak", "downstream", "memory", "mig")
WITHOUT = {
    "traversal": "it has no metric",
    "evidence": "this oracle has no bound: test_subject",
    "generated": "this oracle generates no clips: test_generated",
    "objects": "these bars have no masks: test_objects",
    "layers": "it has no metric",
    "bounces": "these bars meet no wall: test_bounces",
    "independence": "means of codes of all clips: nothing is drawn",
}
# Always 1, intervals of errors that take two values, and an estimate that is
# at least 0.
SEED_INDEPENDENT = re.compile(
    "scores/dci_informativeness|prediction/(psnr|mse|mae|bce)/(copy_last|blank)"
    "|prediction/bce/forecast|information/where/shape_0"
)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] * (name not in QUICK))
        for name in GROUPS
        if name not in WITHOUT
    ],
)
def test_the_seed_determines_every_random_number(name, monkeypatch):
    small = Head(units=8, steps=5)
    monkeypatch.setattr(classification, "OBJECT_HEAD", small)
    monkeypatch.setattr(judge, "STEPS", 20)
    monkeypatch.setattr(probes, "EPOCHS", 1)
    monkeypatch.setattr(scores, "SAMPLES", 100)
    if name == "factors":
        monkeypatch.setattr(judges, "make_judge", lambda subject: Judge())
    one, again, other = (measured(name, seed) for seed in (0, 0, 1))
    assert one == again
    drawn = [
        k for k in one if is_drawn(one[k]) and not SEED_INDEPENDENT.match(k)
    ]
    assert drawn
    assert not [key for key in drawn if one[key] == other[key]]


def measured(name, seed):
    """Entries of a group, on noisy bars or on dots."""
    seen = subject(
        seed=seed,
        training=lambda: clips(seed=1),
        mig_samples=200,
        drift_steps=3,
    )
    model, world = Jittered(), clips(40)
    if name == "factors":
        model, world = Painter(), dots()
    seen = dataclasses.replace(seen, model=model, clips=world)
    metrics = GROUPS[name].measure(seen).metrics
    judged = ("factors/moves", "factors/alone")  # exactly, by this judge
    return {k: v for k, v in metrics.items() if not k.startswith(judged)}


def is_drawn(row):
    """Whether it has a value and, if any, an interval of nonzero width."""
    low, high = row.get("interval", (0, 1))
    return "value" in row and high - low > 1e-6
