"""One sentence says what a model or its data lack."""

import dataclasses

import pytest
from evaluation.world import Oracle
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.evaluation.groups.registry import GROUPS
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.needs import missing_need
from mipae_tf.metrics.absent_metric import AbsentMetric


@pytest.mark.parametrize(
    "needs, reason",
    [
        (Needs(offers=("segment",)), "Oracle offers no segment."),
        (Needs(roles=("pose", "noise")), "Oracle has no noise latent."),
        (
            Needs(any_role=("state", "noise")),
            "Oracle has no state or noise latent.",
        ),
        (
            Needs(object_latents=True),
            "Oracle has no latent with a code for each object.",
        ),
        (Needs(stochastic=True), "Oracle is not stochastic."),
        (Needs(factors="angle"), "bars test has no angles."),
        (Needs(streams=("video", "boxes")), "bars test has no boxes."),
        (
            Needs(frames=9),
            "bars test has clips of 8 frames; at least 9 are needed.",
        ),
        (
            Needs(context=4),
            "At least 4 frames of context are needed; there are 3.",
        ),
        (
            Needs(builder=("futures",)),
            "Objects of bars test do not leave walls in random directions.",
        ),
        (Needs(training=True), "bars test comes without training clips."),
        # The model's before the data's.
        (
            Needs(offers=("segment",), factors="angle"),
            "Oracle offers no segment.",
        ),
    ],
)
def test_the_first_missing_need_is_named(needs, reason):
    assert missing_need(subject(), needs) == reason


def test_needs_that_are_met():
    seen = subject(training=clips, stochastic=True)
    needs = Needs(
        offers=("forecast", "encode", "decode"),
        roles=("content", "pose"),
        any_role=("state", "pose"),
        stochastic=True,
        factors="position",
        streams=("video",),
        frames=8,
        context=3,
        builder=("render", "static"),
        training=True,
    )
    assert missing_need(seen, needs) is None


class Driven(Oracle):
    """Takes actions, which clips of frames do not have."""

    TAKES = ("frames", "actions")


def test_a_forecast_needs_what_the_model_takes():
    seen = dataclasses.replace(subject(), model=Driven())
    reason = missing_need(seen, Needs(offers=("forecast",)))
    assert reason == "Driven takes actions, which bars test does not have."
    assert missing_need(seen, Needs(offers=("encode",))) is None


def test_positions_that_never_change_are_no_positions_of_objects():
    still = dataclasses.replace(clips().factors[1], per_frame=False)
    world = clips()
    values = {**world.values, "x_0": world.values["x_0"][:, 0]}
    factors = (world.factors[0], still)
    world = dataclasses.replace(world, values=values, factors=factors)
    seen = dataclasses.replace(subject(), clips=world)
    reason = missing_need(seen, Needs(factors="position"))
    assert reason == "bars test has no positions."


def test_reasons_of_a_group_stand_under_its_absent_keys():
    def compute(subject):
        raise AbsentMetric("Too few.")

    for needs, reason in (
        (Needs(), "Too few."),
        (Needs(factors="angle"), "bars test has no angles."),
    ):
        group = MetricGroup(
            compute, "", ("a",), needs=needs, absent_keys=("a/b", "a/c")
        )
        absent = {"absent": reason}
        found = group.measure(subject())
        assert found == Findings({"a/b": absent, "a/c": absent})


@pytest.mark.parametrize("name", GROUPS)
def test_absent_keys_belong_to_their_group(name):
    group = GROUPS[name]
    segments = {key.split("/")[0] for key in group.absent_keys}
    assert segments <= set(group.keys)
    pictures = ("traversal", "layers")
    if name not in ("prediction", *pictures):  # some rows; no number
        assert segments
