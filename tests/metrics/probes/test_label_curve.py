import numpy as np
import pytest

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.probes.label_curve import label_curve

CLIPS, FRAMES = 80, 5
GENERATOR = np.random.default_rng(0)
GROUPS = np.repeat(np.arange(CLIPS), FRAMES)
OF_CLIP = np.arange(CLIPS) % 4
LABELS = OF_CLIP[GROUPS]
# Four dimensions encode the class; the others identify the clip more strongly.
IDENTITY = GENERATOR.standard_normal((CLIPS, 6))
CLASS_CODES = np.concatenate(
    [
        np.eye(4)[LABELS] + 0.4 * GENERATOR.standard_normal((CLIPS, 4))[GROUPS],
        IDENTITY[GROUPS],
    ],
    axis=1,
) + 0.05 * GENERATOR.standard_normal((CLIPS * FRAMES, 10))


def test_accuracy_grows_with_the_labelled_clips():
    curve = label_curve(CLASS_CODES, LABELS, GROUPS, (4, 15, 60), seed=0)
    assert list(curve) == [4, 15, 60]
    means = [point["mean"] for point in curve.values()]
    assert means == sorted(means)
    assert means[0] + 0.15 < means[2]
    assert means[2] > 0.6
    for point in curve.values():
        assert 0 < point["sd"] < 0.25
        assert point["chance"] == pytest.approx(0.2, abs=0.12)


@pytest.mark.parametrize("kind", ["linear", "mlp"])
def test_an_oracle_needs_few_clips(kind):
    curve = label_curve(
        np.eye(4)[LABELS], LABELS, GROUPS, (25,), seed=0, kind=kind, draws=2
    )
    assert curve[25]["mean"] > 0.97


def test_codes_that_only_identify_clips_score_chance():
    # Frames of a clip on both sides would let these score 1.
    own = np.eye(CLIPS)[GROUPS]
    curve = label_curve(own, LABELS, GROUPS, (60,), seed=0)
    assert curve[60]["mean"] < 0.4
    constant = label_curve(np.ones((400, 2)), LABELS, GROUPS, (60,), seed=0)
    assert constant[60]["mean"] == pytest.approx(
        constant[60]["chance"], abs=1e-9
    )


def test_one_labelled_clip_predicts_only_its_own_class():
    curve = label_curve(CLASS_CODES, LABELS, GROUPS, (1,), seed=0, draws=20)
    assert curve[1]["mean"] == curve[1]["chance"]
    assert curve[1]["mean"] == pytest.approx(0.25, abs=0.06)


def test_labels_and_groups_may_be_tuples():
    expected = label_curve(CLASS_CODES, LABELS, GROUPS, (20,), seed=0)
    found = label_curve(
        CLASS_CODES,
        np.stack([LABELS // 2, LABELS % 2], axis=1),
        np.stack([GROUPS // 10, GROUPS % 10], axis=1),
        (20,),
        seed=0,
    )
    assert found == expected


def test_results_depend_on_the_seed():
    curves = [
        label_curve(CLASS_CODES, LABELS, GROUPS, (20,), seed=seed)
        for seed in (3, 3, 4)
    ]
    assert curves[0] == curves[1] != curves[2]


def test_constant_labels_are_absent():
    with pytest.raises(AbsentMetric, match="constant"):
        label_curve(CLASS_CODES, LABELS * 0, GROUPS, (20,), seed=0)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"codes": CLASS_CODES * np.nan}, "codes must be finite"),
        ({"labels": LABELS[1:]}, "the same number of"),
        ({"groups": GROUPS[1:]}, "the same number of"),
        ({"counts": (61,)}, "from 1 to 60"),
        ({"counts": (0,)}, "from 1 to 60"),
        ({"counts": ()}, "at least one count"),
        ({"groups": np.minimum(GROUPS, 2), "counts": (2,)}, "four clips"),
        ({"groups": np.arange(400), "counts": (3,)}, "at least 4 samples"),
        ({"draws": 1}, "draws must be at least 2"),
        ({"kind": "forest"}, "kind must be one of"),
    ],
)
def test_invalid_input_is_refused(changes, message):
    arguments = {
        "codes": CLASS_CODES,
        "labels": LABELS,
        "groups": GROUPS,
        "counts": (20,),
        "seed": 0,
        **changes,
    }
    with pytest.raises(ValueError, match=message):
        label_curve(**arguments)
