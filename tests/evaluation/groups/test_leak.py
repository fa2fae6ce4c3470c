import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from evaluation.world import Oracle
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.evaluation.groups.leak import GROUP
from mipae_tf.evaluation.probing import is_class
from mipae_tf.metrics.probes import probes


@pytest.fixture(scope="module", autouse=True)
def short_training():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probes, "EPOCHS", 12)
        yield


@pytest.fixture(scope="module")
def found():
    return GROUP.measure(
        dataclasses.replace(subject(), clips=clips(80))
    ).metrics


def test_every_factor_is_read_from_every_latent(found):
    assert set(found) == {
        *(
            f"{group}/{role}_from_{source}{kind}/{factor}"
            for kind in ("", "_linear")
            for group, role, source, factor in (
                ("read", "content", "content", "shape_0"),
                ("leak", "content", "pose", "shape_0"),
                ("read", "content", "all", "shape_0"),
                ("read", "pose", "pose", "x_0"),
                ("leak", "pose", "content", "x_0"),
                ("read", "pose", "all", "x_0"),
            )
        ),
        *(
            f"ratio/{source}_over_all/{factor}"
            for source in ("content", "pose")
            for factor in ("shape_0", "x_0")
        ),
    }


def test_codes_are_read_and_do_not_leak(found):
    value = {key: row["value"] for key, row in found.items()}
    for kind in ("", "_linear"):
        assert value[f"read/content_from_content{kind}/shape_0"] > 0.9
        assert value[f"read/pose_from_pose{kind}/x_0"] > 0.9
        assert value[f"leak/pose_from_content{kind}/x_0"] < 0.3
    leak = found["leak/content_from_pose/shape_0"]
    assert leak["value"] < 0.75
    assert leak["count"] == 40 * 4, "frames of the other half of the clips"
    assert {"chance", "shuffled"} <= set(leak)


def test_reads_are_better_when_higher_and_leaks_when_lower(found):
    better = {key: row["better"] for key, row in found.items()}
    for key, value in better.items():
        if not key.startswith("ratio/"):
            assert value == ("lower" if key.startswith("leak/") else "higher")
    # Ratios of accuracies rise with the information, ratios of errors fall.
    assert better["ratio/content_over_all/shape_0"] == "higher"
    assert better["ratio/pose_over_all/shape_0"] == "lower"
    assert better["ratio/pose_over_all/x_0"] == "lower"
    assert better["ratio/content_over_all/x_0"] == "higher"


@pytest.mark.parametrize(
    "factor, expected",
    [
        (Factor("a", "class", True), True),
        (Factor("a", "class", False), True),
        (Factor("a", "angle", False, size=40), True),
        (Factor("a", "scalar", False), False),
        (Factor("a", "angle", True, size=40), False),
        (Factor("a", "position", True, 32, 0, "x"), False),
    ],
)
def test_which_factors_are_classes(factor, expected):
    assert is_class(factor) is expected


def test_ratios_follow_from_the_scores(found):
    ratio = found["ratio/pose_over_all/shape_0"]["value"]
    pose = found["leak/content_from_pose/shape_0"]["value"]
    full = found["read/content_from_all/shape_0"]["value"]
    assert ratio == pytest.approx(pose / full)
    errors = [
        1 - found[f"{key}/x_0"]["value"]
        for key in ("leak/pose_from_content", "read/pose_from_all")
    ]
    ratio = found["ratio/content_over_all/x_0"]["value"]
    assert ratio == pytest.approx(errors[0] / errors[1])
    assert ratio > 2


def test_without_roles_only_the_whole_code_is_read():
    found = GROUP.measure(subject(roles=())).metrics
    reason = {"absent": "Oracle has no content latent."}
    assert found["read/content_from_content/shape_0"] == reason
    assert found["ratio/content_over_all/shape_0"] == reason
    assert found["read/content_from_all/shape_0"]["value"] > 0.5


def test_absent_without_factors():
    bare = Clips(clips().video, name="bars test")
    found = GROUP.measure(dataclasses.replace(subject(), clips=bare)).metrics
    assert found == {"leak": {"absent": "bars test has no factors."}}


class Noisy(Oracle):
    """Its samples hide the information in its means."""

    def encode(self, frames, seed=None):
        codes = super().encode(frames)
        if seed is None:
            return codes
        return {
            name: 1e3 * tf.random.stateless_normal(tf.shape(code), (seed, 1))
            for name, code in codes.items()
        }


def test_samples_and_means_are_probed():
    seen = dataclasses.replace(subject(), model=Noisy(stochastic=True))
    found = GROUP.measure(seen).metrics
    key = "read/pose_from_pose{}/x_0"
    assert found[key.format("")]["value"] > 0.8
    assert found[key.format("_sampled")]["value"] < 0.4
    assert np.isfinite(found[key.format("_sampled")]["value"])
