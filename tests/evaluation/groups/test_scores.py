import dataclasses

import pytest
from evaluation.oracles import Jittered
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.evaluation.groups import scores
from mipae_tf.evaluation.groups.scores import GROUP

NAMES = {name for _, names in scores.SCORES.values() for name in names}


@pytest.fixture(scope="module")
def found():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scores, "SAMPLES", 600)
        yield GROUP.measure(dataclasses.replace(subject(), model=Jittered()))


def test_scores_of_latents_and_dimensions(found):
    kinds, factors = ("blocks", "dims"), ("shape_0", "x_0")
    assert set(found.metrics) == {
        *(f"scores/{name}/{kind}" for name in NAMES for kind in kinds),
        *(f"information/{b}/{f}" for b in ("what", "where") for f in factors),
    }
    assert set(found.figures) == {"information.png"}


def test_a_code_of_the_factors_scores_high(found):
    value = {key: row["value"] for key, row in found.metrics.items()}
    for name in ("mig_chen", "modularity", "dci_disentanglement"):
        assert value[f"scores/{name}/blocks"] > 0.8, name
    assert value["information/what/shape_0"] > 0.6
    assert value["information/where/x_0"] > 2.0
    assert value["information/what/x_0"] < 0.1


def test_a_single_latent_has_no_block_scores():
    seen = subject(builder=object(), roles=())
    found = GROUP.measure(seen).metrics
    assert "at least 2" in found["scores/sap/blocks"]["absent"]
    assert "value" in found["scores/sap/dims"]
    assert "value" in found["information/state/shape_0"]


def test_absent_without_factors():
    bare = dataclasses.replace(clips(), values={}, factors=())
    seen = dataclasses.replace(subject(builder=object()), clips=bare)
    found = GROUP.measure(seen).metrics
    assert set(map(str, found.values())) == {
        str({"absent": "bars test has no factors."})
    }
