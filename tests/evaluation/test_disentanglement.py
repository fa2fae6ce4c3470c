import dataclasses

import pytest
import tensorflow as tf
from evaluation.world import Oracle
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.evaluation.disentanglement import MIG_NAMES
from mipae_tf.evaluation.disentanglement import leak_metrics
from mipae_tf.evaluation.disentanglement import mig_metrics
from mipae_tf.evaluation.subject import Subject
from mipae_tf.models import Latent


class Jittered(Oracle):
    """Codes that differ a little: neighbours are sought among them."""

    def encode(self, frames, seed=None):
        return {
            name: code
            + 1e-3 * tf.random.stateless_normal(tf.shape(code), (0, 0))
            for name, code in super().encode(frames).items()
        }


class Exchanged(Jittered):
    """Calls the pose content, and the content pose."""

    @property
    def latents(self):
        return (
            Latent("where", "content", False, 1),
            Latent("what", "pose", True, 1),
        )

    def encode(self, frames, seed=None):
        codes = super().encode(frames)
        return {"where": codes["where"][:, 0], "what": codes["what"][:, None]}


def test_mig_knows_the_truth_from_its_reverse():
    names = {f"mig/published/{name}" for name in MIG_NAMES}
    right, wrong = (
        mig_metrics(dataclasses.replace(subject(), model=model), 600)
        for model in (Jittered(), Exchanged())
    )
    assert set(right) == set(wrong) == names
    score = {
        which: found["mig/published/score"]["value"]
        for which, found in (("right", right), ("wrong", wrong))
    }
    assert score["right"] > 0.5
    assert score["wrong"] < -0.5
    assert right["mig/published/score"]["count"] == 600


@pytest.mark.parametrize(
    "seen, reason",
    [
        (subject(roles=()), "Oracle has no content latent."),
        (subject(roles=("content",)), "Oracle has no pose latent."),
        (
            subject(builder=object()),
            "bars test cannot draw frames with independent factors.",
        ),
    ],
    ids=["state", "no pose", "no builder"],
)
def test_mig_is_absent_for_a_reason(seen, reason):
    found = mig_metrics(seen, 600)
    assert found == {
        f"mig/published/{n}": {"absent": reason} for n in MIG_NAMES
    }


def test_codes_are_read_and_do_not_leak():
    seen = Subject(Oracle(), clips(120, 8), None, 3, 4)
    found = leak_metrics(seen)
    assert set(found) == {
        "read/content_from_content/shape_0",
        "leak/content_from_pose/shape_0",
        "read/pose_from_pose/x_0",
        "leak/pose_from_content/x_0",
    }
    value = {key: row["value"] for key, row in found.items()}
    assert value["read/content_from_content/shape_0"] > 0.9
    assert value["read/pose_from_pose/x_0"] > 0.9
    assert value["leak/pose_from_content/x_0"] < 0.3
    leak = found["leak/content_from_pose/shape_0"]
    assert leak["value"] < 0.75
    assert leak["count"] == 60 * 4, "frames of the other half of the clips"
    assert {"chance", "shuffled"} <= set(leak)


def test_leaks_are_absent_without_a_role_or_without_factors():
    found = leak_metrics(subject(roles=()))
    assert set(map(str, found.values())) == {
        str({"absent": "Oracle has no content latent."})
    }
    bare = dataclasses.replace(clips(), content={}, pose={})
    assert leak_metrics(dataclasses.replace(subject(), clips=bare)) == {}
