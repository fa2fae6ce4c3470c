import numpy as np
import pytest
import scipy.stats

from mipae_tf.judging.judgements import balanced_clips
from mipae_tf.judging.judgements import judgement
from mipae_tf.metrics.absent_metric import AbsentMetric

LABELS = np.repeat(np.arange(9), 20)
CERTAIN = np.eye(9)[LABELS]


def test_perfect_clips_of_nine_classes():
    assert judgement(CERTAIN, LABELS) == pytest.approx(
        {
            "accuracy": 1,
            "inception_score": 9,
            "h_y_given_x": 0,
            "h_y": np.log(9),
            "count": 180,
        }
    )


def test_a_judge_at_chance():
    found = judgement(np.full((180, 9), 1 / 9), LABELS)
    assert found["inception_score"] == pytest.approx(1)
    assert found["h_y_given_x"] == pytest.approx(np.log(9))
    assert found["h_y"] == pytest.approx(np.log(9))


def test_clips_that_all_show_one_class():
    found = judgement(np.eye(9)[np.full(180, 3)], LABELS)
    assert found["accuracy"] == pytest.approx(1 / 9)
    assert found["inception_score"] == pytest.approx(1)
    assert found["h_y"] == pytest.approx(0)


def test_confident_and_wrong_predictions_have_a_high_inception_score():
    found = judgement(np.roll(CERTAIN, 1, axis=1), LABELS)
    assert found["accuracy"] == 0
    assert found["inception_score"] == pytest.approx(9)


def test_the_definitions_hold_on_random_answers():
    generator = np.random.default_rng(0)
    p = generator.dirichlet(np.full(9, 0.3), size=180)
    found = judgement(p, LABELS)
    divergences = [scipy.stats.entropy(row, p.mean(axis=0)) for row in p]
    assert found["inception_score"] == pytest.approx(
        np.exp(np.mean(divergences))
    )
    assert found["h_y"] == pytest.approx(scipy.stats.entropy(p.mean(axis=0)))
    assert found["h_y_given_x"] == pytest.approx(
        scipy.stats.entropy(p, axis=1).mean()
    )
    assert found["accuracy"] == np.mean(p.argmax(axis=1) == LABELS)


def test_consistency_compares_with_the_judge_of_the_original():
    generated = CERTAIN.copy()
    generated[:45] = np.eye(9)[8]
    mistaken = np.roll(CERTAIN, 1, axis=1)
    found = judgement(generated, LABELS, original=CERTAIN)
    assert found["consistency"] == found["accuracy"] == 0.75
    # A judge who errs alike on both is consistent all the same.
    found = judgement(mistaken, LABELS, original=mistaken)
    assert found["consistency"] == 1
    assert found["accuracy"] == 0


def test_float32_probabilities_are_accepted():
    p = np.random.default_rng(0).dirichlet(np.ones(9), size=180)
    found = judgement(p.astype(np.float32), LABELS)
    assert found == pytest.approx(judgement(p, LABELS), abs=1e-5)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"probabilities": CERTAIN[0]}, r"\[clips, classes\]"),
        ({"probabilities": CERTAIN[:, :1]}, "at least two classes"),
        ({"probabilities": CERTAIN * np.nan}, "sum to 1"),
        ({"probabilities": CERTAIN * 2}, "sum to 1"),
        ({"probabilities": CERTAIN * 2 - 1 / 9}, "at least 0"),
        ({"probabilities": CERTAIN[:3], "labels": LABELS[:3]}, "at least 4"),
        ({"labels": LABELS[1:]}, "the same number of"),
        ({"labels": LABELS + 1}, "from 0 to 8"),
        ({"labels": LABELS - 1}, "from 0 to 8"),
        ({"labels": LABELS / 2}, "integers"),
        ({"original": CERTAIN[1:]}, "original must have the shape"),
        ({"original": CERTAIN + 1}, "original must be at least 0"),
    ],
)
def test_invalid_input_is_refused(changes, message):
    arguments = {"probabilities": CERTAIN, "labels": LABELS, **changes}
    with pytest.raises(ValueError, match=message):
        judgement(**arguments)


def test_balanced_clips_have_the_same_number_of_each_class():
    labels = np.random.default_rng(0).choice([2, 5, 7], 300, p=[0.1, 0.3, 0.6])
    chosen = balanced_clips(labels, seed=1)
    assert (np.diff(chosen) > 0).all()
    values, sizes = np.unique(labels[chosen], return_counts=True)
    np.testing.assert_array_equal(values, [2, 5, 7])
    assert set(sizes) == {np.sum(labels == 2)}
    np.testing.assert_array_equal(chosen, balanced_clips(labels, seed=1))
    assert not np.array_equal(chosen, balanced_clips(labels, seed=2))


def test_balance_needs_classes():
    with pytest.raises(AbsentMetric, match="the same class"):
        balanced_clips(np.zeros(10, int), seed=0)
    with pytest.raises(ValueError, match="at least 4"):
        balanced_clips(np.arange(3), seed=0)
    with pytest.raises(ValueError, match=r"\[clips\]"):
        balanced_clips(CERTAIN, seed=0)
