import dataclasses

import pytest
from evaluation.oracles import Exchanged
from evaluation.oracles import Jittered
from evaluation.world import subject

from mipae_tf.evaluation.groups.mig import BETTER
from mipae_tf.evaluation.groups.mig import GROUP
from mipae_tf.evaluation.groups.mig import SCALINGS

PUBLISHED = [f"mig/{p}/{name}" for p in SCALINGS for name in BETTER]
FACTORWISE = [f"mig/factorwise/{name}" for name in ("score", "shape_0", "x_0")]


def test_mig_is_positive_for_the_truth_and_negative_for_its_reverse():
    right, wrong = (
        GROUP.measure(
            dataclasses.replace(subject(mig_samples=600), model=model)
        ).metrics
        for model in (Jittered(), Exchanged())
    )
    assert sorted(right) == sorted(wrong) == sorted(PUBLISHED + FACTORWISE)
    for key in (
        *(f"mig/{protocol}/score" for protocol in SCALINGS),
        *FACTORWISE,
    ):
        assert right[key]["value"] > 0.5, key
        assert wrong[key]["value"] < -0.5, key
        assert right[key]["count"] == 600
    row = right["mig/factorwise/shape_0"]
    assert row["i_own"] > 0.9 * row["entropy"] > row["i_other"]
    low, high = row["interval"]
    assert low <= row["value"] <= high


def test_codes_with_few_values_have_factorwise_mig_only():
    found = GROUP.measure(subject(mig_samples=600)).metrics
    reason = found["mig/published/score"]["absent"]
    assert reason.startswith("content_codes take 2 distinct values in 600")
    assert found["mig/published_standardised/i_fp_zp"] == {"absent": reason}
    assert found["mig/factorwise/score"]["value"] > 0.95


@pytest.mark.parametrize(
    "seen, reason",
    [
        (subject(roles=()), "Oracle has no content latent."),
        (subject(roles=("content",)), "Oracle has no pose latent."),
    ],
    ids=["state", "no pose"],
)
def test_absent_without_content_or_pose(seen, reason):
    found = GROUP.measure(seen).metrics
    keys = [*PUBLISHED, "mig/factorwise/score"]
    assert found == {key: {"absent": reason} for key in keys}


def test_without_drawn_frames_there_is_factorwise_mig_only():
    """Values of single factors repeat in few clips, tuples of all do not."""
    seen = dataclasses.replace(subject(builder=object()), model=Jittered())
    found = GROUP.measure(seen).metrics
    reason = "bars test cannot render frames of independent factors."
    assert all(found[key] == {"absent": reason} for key in PUBLISHED)
    assert found["mig/factorwise/score"]["count"] == 24
    assert found["mig/factorwise/shape_0"]["value"] > 0.3


def test_absent_without_factors():
    seen = subject(builder=object())
    bare = dataclasses.replace(seen.clips, values={}, factors=())
    found = GROUP.measure(dataclasses.replace(seen, clips=bare)).metrics
    assert found["mig/factorwise/score"] == {
        "absent": "bars test has no content factors."
    }
