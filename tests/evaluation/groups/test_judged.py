import dataclasses

import numpy as np
import pytest
from evaluation.world import FACTORS
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.evaluation.groups import judged
from mipae_tf.evaluation.judges import make_judge
from mipae_tf.judging import judge as module


@pytest.fixture(scope="module")
def judge_file(tmp_path_factory):
    """A judge of bars, trained once."""
    path = tmp_path_factory.mktemp("judges") / "bars.npz"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "STEPS", 150)
        make_judge(subject(training=lambda: clips(64), judge_file=path))
    return path


def test_a_judge_classifies_real_frames_and_is_saved(judge_file):
    def never():
        raise AssertionError("the judge is trained again")

    seen = subject(training=never, judge_file=judge_file)
    classes, places = make_judge(seen).judge(seen.clips.video[:, 2])
    shape, column = seen.clips.content["shape_0"], seen.clips.pose["x_0"][:, 2]
    assert (classes["shape_0"].argmax(axis=1) == shape).mean() > 0.9
    np.testing.assert_allclose(classes["shape_0"].sum(axis=1), 1, rtol=1e-5)
    assert np.abs(places["x_0"] - column).mean() < 1.5


def test_a_judge_learns_from_training_clips(monkeypatch):
    """From the first `CLIPS` of them, never from test clips."""
    learnt = []
    monkeypatch.setattr(module, "CLIPS", 9)
    monkeypatch.setattr(module, "train_judge", lambda *a: learnt.append(a[1:]))
    training = clips(30, seed=1)
    make_judge(subject(training=lambda: training, seed=4))
    ((shown, seed, steps, rows),) = learnt
    assert shown is training and rows.tolist() == [*range(9)]
    assert (seed, steps) == (4, module.STEPS)


def test_a_judge_of_other_factors_is_trained_again(judge_file, monkeypatch):
    monkeypatch.setattr(module, "STEPS", 1)
    five = (dataclasses.replace(FACTORS[0], size=5), FACTORS[1])
    other = dataclasses.replace(clips(), factors=five)
    seen = dataclasses.replace(
        subject(training=lambda: other, judge_file=judge_file), clips=other
    )
    before = judge_file.read_bytes()
    assert make_judge(seen).classes == {"shape_0": five[0]}
    judge_file.write_bytes(before)


def test_a_damaged_judge_is_trained_again(judge_file, monkeypatch, capsys):
    monkeypatch.setattr(module, "STEPS", 1)
    before = judge_file.read_bytes()
    for data in (b"", before[: len(before) // 2]):
        judge_file.write_bytes(data)
        make_judge(subject(training=lambda: clips(64), judge_file=judge_file))
        assert "bars.npz is damaged; a judge" in capsys.readouterr().err
    judge_file.write_bytes(before)


def test_frames_of_an_oracle_are_judged_like_the_truth(judge_file):
    found = judged.GROUP.measure(subject(error=0.0, judge_file=judge_file))
    value = {k: v["value"] for k, v in found.metrics.items() if "value" in v}
    for row in ("forecast", "oracle", "swap"):
        assert value[f"judged/{row}/shape_0"] > 0.9
        assert value[f"position/error/{row}"] < 1.5
    assert value["judged/forecast/shape_0"] == value["judged/real/shape_0"]
    still = value["position/error/copy_last"]
    assert still > value["position/error/real"] + 1
    assert value["judged/swap_consistency/shape_0"] > 0.9
    assert value["judged/swap_inception_score/shape_0"] > 1.5
    assert found.per_clip["position/error/forecast"].shape == (24, 4)
    assert found.per_clip["judged/swap/shape_0"].shape == (24, 4)
    assert "per_step" in found.metrics["judged/forecast/shape_0"]
    assert "per_step" not in found.metrics["judged/swap/shape_0"]


def test_a_model_that_cannot_swap(judge_file):
    found = judged.GROUP.measure(
        subject(roles=(), judge_file=judge_file)
    ).metrics
    reason = {"absent": "Oracle has no content latent."}
    assert found["judged/swap"] == reason
    assert "value" in found["judged/forecast/shape_0"]


@pytest.mark.parametrize(
    "seen, reason",
    [
        (subject(), "bars test comes without training clips"),
        (
            dataclasses.replace(
                subject(), clips=dataclasses.replace(clips(), factors=())
            ),
            "bars test has no factors that a judge can use.",
        ),
    ],
    ids=["no training clips", "no factors"],
)
def test_absent_without_a_judge(seen, reason):
    found = judged.GROUP.measure(seen).metrics
    assert reason in found["judged/real"]["absent"]
    assert reason in found["position/error/forecast"]["absent"]


def test_indistinguishable_objects_are_not_judged():
    """In grey frames two bars cannot be told apart."""
    world = clips()
    shade = dataclasses.replace(FACTORS[0], object=None)
    other = dataclasses.replace(FACTORS[1], name="q7", object=1)
    several = dataclasses.replace(
        world,
        values={**world.values, "q7": world.values["x_0"]},
        factors=(shade, FACTORS[1], other),
    )
    judge = module.judge_for(several, seed=0)
    assert not judge.places
    assert judge.classes == {"shape_0": shade}


def test_the_seed_determines_the_first_weights():
    first, second, other = (
        module.judge_for(clips(), seed).network.get_weights()
        for seed in (0, 0, 1)
    )
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(first, other, strict=True))
