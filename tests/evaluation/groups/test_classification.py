import dataclasses

import numpy as np
import pytest
from evaluation.quick_classifier import nearest
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.evaluation.groups import classification
from mipae_tf.evaluation.groups.classification import GROUP
from mipae_tf.evaluation.labelled_classes import labelled_classes
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.probes.few_labels import predicted_classes

SHAPE, PLACE = clips().factors
GAIT = Factor("gait", "class", True, size=2)
SOURCE = Factor("file", "source", False)


def bars(count, seed, offset=None):
    """Bars that move to the right (gait 1) or to the left (gait 0).

    Both pass the same columns, in another order. `offset` is that of the
    sources, of three clips each.
    """
    world = clips(4 * count, seed=seed)
    inside = world.pose["x_0"][:, 0] < 9  # they do not leave the frame
    world = world.take(np.flatnonzero(inside)[:count])
    gait = np.arange(count) // 2 % 2
    order = np.where(gait[:, None] == 1, np.arange(8), np.arange(8)[::-1])
    rows = np.arange(count)[:, None]
    values = {
        "shape_0": world.values["shape_0"],
        "x_0": world.values["x_0"][rows, order],
        "gait": np.repeat(gait[:, None], 8, axis=1),
    }
    factors = [SHAPE, PLACE, GAIT]
    if offset is not None:
        values["file"] = offset + np.arange(count) // 3
        factors.append(SOURCE)
    name = f"bars {'train' if seed else 'test'}"
    return Clips(world.video[rows, order], values, factors, name=name)


def seen(test, training, **given):
    of_bars = subject(training=lambda: training, **given)
    return dataclasses.replace(of_bars, clips=test)


@pytest.fixture
def given(monkeypatch):
    """Codes and heads that classifiers are given; their answers are 0."""
    calls = []

    def predicted(codes, labels, subsets, test_codes, head, **kwargs):
        calls.append((codes, test_codes, head, subsets))
        return np.zeros((len(subsets), len(test_codes)), int)

    monkeypatch.setattr(classification, "predicted_classes", predicted)
    monkeypatch.setattr(classification, "curve_plot", lambda *_, **__: b"")
    return calls


@pytest.mark.parametrize(
    "predict",
    [nearest, pytest.param(predicted_classes, marks=pytest.mark.slow)],
)
def test_shades_are_read_from_content_and_gaits_from_motion(
    monkeypatch, predict
):
    """Left and right differ in the order of poses; a shade in no pose."""
    monkeypatch.setattr(classification, "predicted_classes", predict)
    monkeypatch.setattr(classification, "PER_CLASS", (4,))
    test = bars(60, 0, offset=0)
    found = GROUP.measure(seen(test, bars(90, 1, offset=100)))
    value = {key: row["value"] for key, row in found.metrics.items()}
    assert set(value) == {
        f"classification/{kind}/{factor}/{labels}"
        for kind in ("read", "leak")
        for factor in ("shape_0", "gait")
        for labels in (4, "all")
    }
    assert value["classification/read/shape_0/4"] == 1
    assert value["classification/read/gait/all"] > 0.95
    for factor in ("shape_0", "gait"):
        row = found.metrics[f"classification/leak/{factor}/all"]
        assert abs(row["value"] - 0.5) < 4 * np.sqrt(0.25 / len(test))
        assert row["better"] == "lower"
    row = found.metrics["classification/read/gait/4"]
    assert (row["better"], row["count"], row["labelled"]) == ("higher", 60, 8)
    assert row["latents"] == ["where"]
    assert row["chance"] == 0.5
    assert row["interval"][0] <= row["value"] <= row["interval"][1]
    assert set(found.per_clip) == set(found.metrics)
    for key, values in found.per_clip.items():
        assert values.shape == (60, 1)
        assert values.mean() == pytest.approx(value[key])
    assert set(found.figures) == {"classification.png"}


def test_an_object_has_one_frame_and_an_action_all_frames(given):
    test, training = bars(8, 0), bars(12, 1)
    found = GROUP.measure(seen(test, training)).metrics
    assert [codes.shape for codes, *_ in given] == [(12, 1)] * 2 + [
        (12, 8),
        (12, 1),
    ]
    columns = training.values["x_0"]
    np.testing.assert_array_equal(given[1][0][:, 0], columns[:, -1])
    np.testing.assert_array_equal(given[2][0], columns)
    np.testing.assert_array_equal(given[2][1], test.values["x_0"])
    heads = [head.units for _, _, head, _ in given]
    assert heads == [256, 256, 1200, 1200]
    row = found["classification/read/gait/all"]
    assert row["value"] == row["chance"] == 0.5  # the answer is always 0
    assert row["sd"] == 0


def test_a_model_with_one_code_is_read_from_it(given):
    found = GROUP.measure(seen(bars(8, 0), bars(12, 1), roles=())).metrics
    assert [codes.shape for codes, *_ in given] == [(12, 16), (12, 8 * 16)]
    assert found["classification/read/gait/all"]["latents"] == ["state"]
    assert found["classification/leak/gait"] == {
        "absent": "Oracle has no content latent."
    }


def test_sizes_are_balanced_up_to_all_clips(given):
    """Four clips of each gait are all clips, so they are given once."""
    training = bars(8, 1)
    training.values["shape_0"][:] = [0, 0, 0, 1, 1, 1, 1, 1]
    found = GROUP.measure(seen(bars(8, 0), training)).metrics
    labelled = {k: r["labelled"] for k, r in found.items() if "/read/" in k}
    assert labelled == {
        "classification/read/shape_0/1": 2,
        "classification/read/shape_0/all": 8,
        "classification/read/gait/1": 2,
        "classification/read/gait/all": 8,
    }
    subsets = [tuple(subset) for subset in given[2][3]]
    assert len(set(subsets[:3])) > 1  # drawn three times
    again = list(given)
    GROUP.measure(seen(bars(8, 0), training))
    for one, other in zip(given[2][3], given[len(again) + 2][3], strict=True):
        np.testing.assert_array_equal(one, other)


def test_longer_training_clips_are_cut(given):
    long = clips(12, length=12, seed=1)
    GROUP.measure(seen(clips(8), long))
    np.testing.assert_array_equal(
        given[1][0][:, 0], long.values["x_0"][:, 7]
    )  # the last of eight frames


def unlike(**values):
    """Training clips with other values."""
    training = bars(12, 1, offset=100)
    return dataclasses.replace(training, values={**training.values, **values})


@pytest.mark.parametrize(
    "changes, reason",
    [
        (
            {"test": bars(3, 0)},
            "bars test has 3 clips; at least 4 are needed.",
        ),
        (
            {"training": bars(2, 1)},
            "bars train has 2 clips; at least 4 are needed.",
        ),
        (
            {"test": bars(12, 0).take([0, 1, 4, 5])},
            "All held-out clips have the same gait.",
        ),
        (
            {"training": unlike(gait=np.ones((12, 8), int))},
            "1 of the 2 classes of gait in the held-out clips are in no "
            "training clip.",
        ),
        (
            {"training": unlike(gait=np.arange(96).reshape(12, 8) % 2)},
            "bars train has no gait of whole clips.",
        ),
        ({"training": clips(12)}, "bars test has no gait of whole clips."),
        (
            {"test": bars(12, 0, offset=0).take([0, 1, 2, 2])},
            "All held-out clips are of one source, so they cannot show "
            "whether classes are recognised in others.",
        ),
        (
            {"training": unlike(file=np.arange(12) // 3 + 3)},
            "1 of the 4 sources of held-out clips are also sources of "
            "training clips.",
        ),
    ],
)
def test_absent_where_classes_cannot_be_learnt_and_scored(changes, reason):
    world = {
        "test": bars(12, 0, offset=0),
        "training": bars(12, 1, offset=100),
        **changes,
    }
    with pytest.raises(AbsentMetric) as error:
        labelled_classes(world["test"], world["training"], GAIT)
    assert str(error.value) == reason


def test_a_factor_without_shared_classes_is_absent_by_itself(given):
    training = unlike(shape_0=np.zeros(12, int))
    found = GROUP.measure(seen(bars(12, 0, offset=0), training)).metrics
    for kind in ("read", "leak"):
        assert "absent" in found[f"classification/{kind}/shape_0"]
        assert "value" in found[f"classification/{kind}/gait/all"]


def test_absent_without_classes_of_clips_or_training_clips():
    bare = Clips(clips().video, name="bars test")
    stepping = Clips(
        clips().video,
        {"step": np.arange(24 * 8).reshape(24, 8) % 2},
        name="bars test",
    )
    for world, training, reason in (
        (bare, clips, "bars test has no classes."),
        (stepping, clips, "bars test has no classes of clips."),
        (clips(), None, "bars test comes without training clips."),
    ):
        tested = dataclasses.replace(subject(training=training), clips=world)
        found = GROUP.measure(tested).metrics
        assert found == {"classification": {"absent": reason}}


def test_chance_is_the_best_constant_answer():
    test = bars(12, 0).take([0, 1, 4, 5, 8, 2])  # five of gait 0, one of 1
    assert labelled_classes(test, bars(12, 1), GAIT).chance == 5 / 6
