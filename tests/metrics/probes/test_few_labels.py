import functools

import numpy as np
import pytest

from mipae_tf.metrics.probes import classifier
from mipae_tf.metrics.probes import few_labels
from mipae_tf.metrics.probes.classifier import PATIENCE
from mipae_tf.metrics.probes.classifier import Classifier
from mipae_tf.metrics.probes.classifier import Head
from mipae_tf.metrics.probes.few_labels import _held_out
from mipae_tf.metrics.probes.few_labels import labelled_subset
from mipae_tf.metrics.probes.few_labels import predicted_classes

CLASSES, CLIPS, DIM = 4, 400, 10
LABELS = np.arange(CLIPS) % CLASSES
GENERATOR = np.random.default_rng(0)
MIX = GENERATOR.standard_normal((CLASSES, DIM))
HEAD = Head(units=64, steps=100, early_stopping=True)
# Four standard errors of an accuracy at chance.
TOLERANCE = 4 * np.sqrt(0.25 * 0.75 / CLIPS)


def noise():
    return GENERATOR.standard_normal((CLIPS, DIM))


CONTENT, TEST_CONTENT = (
    np.eye(CLASSES)[LABELS] @ MIX + 0.05 * noise() for _ in range(2)
)


@pytest.fixture(autouse=True, scope="module")
def one_classifier():
    """All tests share one classifier: its compilation takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(few_labels, "Classifier", functools.cache(Classifier))
        patch.setattr(classifier, "CHECK_INTERVAL", 10)
        yield


def accuracy(codes, labels, test_codes, test_labels=LABELS):
    found = predicted_classes(
        codes, labels, [np.arange(CLIPS)], test_codes, HEAD, seed=0
    )
    return (found[0] == test_labels).mean()


def test_a_class_is_read_from_content_and_not_from_pose():
    assert accuracy(CONTENT, LABELS, TEST_CONTENT) > 0.98
    assert abs(accuracy(noise(), LABELS, noise()) - 0.25) < TOLERANCE


def test_well_separated_classes_need_no_more_than_one_label_each():
    subsets = [labelled_subset(LABELS, n, 0) for n in (1, 4, 16, None)]
    assert [len(subset) for subset in subsets] == [4, 16, 64, CLIPS]
    found = predicted_classes(
        CONTENT, LABELS + 7, subsets, TEST_CONTENT, HEAD, seed=0
    )
    assert (found == LABELS + 7).mean(axis=1).min() > 0.98


def circling():
    """Poses `[clips, time, 2]` that visit the corners of a pentagon.

    The action is how many corners a step goes on, 1 to 4: all actions visit
    every corner once, from any orientation.
    """
    start = GENERATOR.uniform(0, 2 * np.pi, CLIPS)
    steps = np.outer(LABELS + 1, np.arange(5))  # [clips, time]
    angle = start[:, None] + 2 * np.pi / 5 * steps
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def test_the_order_of_poses_tells_an_action_that_no_frame_tells():
    training, test = circling(), circling()
    in_order, one_frame = (
        accuracy(
            training[:, frames].reshape(CLIPS, DIM),
            LABELS,
            test[:, frames].reshape(CLIPS, DIM),
        )
        for frames in ([0, 1, 2, 3, 4], [0] * 5)
    )
    assert in_order > 0.95
    assert abs(one_frame - 0.25) < TOLERANCE


def test_subsets_are_balanced_nested_and_drawn_with_the_seed():
    labels = np.repeat([0, 1, 2], [10, 30, 160])[GENERATOR.permutation(200)]
    small, large, other = (
        labelled_subset(labels, n, seed)
        for n, seed in ((3, [0, 1]), (8, [0, 1]), (8, [0, 2]))
    )
    for subset, count in ((small, 3), (large, 8), (other, 8)):
        np.testing.assert_array_equal(np.bincount(labels[subset]), [count] * 3)
    assert set(small) < set(large) != set(other)


def test_few_labels_are_of_many_sources():
    sources = np.arange(CLIPS) // 20  # each has clips of every class
    subset = labelled_subset(LABELS, 15, 0, sources)
    for value in range(CLASSES):
        own = sources[subset][LABELS[subset] == value]
        assert len(np.unique(own)) == 15


def test_early_stopping_divides_no_source():
    sources = np.arange(CLIPS) // 20
    held_out = _held_out(LABELS, sources, np.random.default_rng(0))
    assert held_out.mean() == pytest.approx(0.25, abs=0.05)
    assert not set(sources[held_out]) & set(sources[~held_out])
    assert set(LABELS[~held_out]) == set(range(CLASSES))
    # Three sources, and one for each class.
    for few in (np.arange(CLIPS) // 140, LABELS):
        assert _held_out(LABELS, few, np.random.default_rng(0)) is None


@pytest.fixture
def losses(monkeypatch):
    """Cross-entropies that the classifier measures while it is trained."""
    trained = few_labels.Classifier(DIM, CLASSES, HEAD)
    found, measure = [], trained._loss

    def loss(*given):
        found.append(measure(*given))
        return found[-1]

    monkeypatch.setattr(trained, "_loss", loss)
    return found


def test_training_ends_when_the_held_out_loss_no_longer_falls(losses):
    """Labels are random, so that it grows from the first steps on."""
    codes, labels = noise()[:80], GENERATOR.integers(CLASSES, size=80)
    held_out = np.arange(80) % 4 == 0
    trained = few_labels.Classifier(DIM, CLASSES, HEAD)
    trained.fit(codes, labels, np.random.default_rng(0), held_out)
    assert len(losses) == np.argmin(losses) + 1 + PATIENCE < 10
    trained._loss(np.float32(codes[held_out]), np.int32(labels[held_out]))
    assert losses[-1] == min(losses[:-1])


def test_training_ends_when_the_labels_are_learnt(losses, monkeypatch):
    monkeypatch.setattr(classifier, "LEARNT", 0.1)
    trained = few_labels.Classifier(DIM, CLASSES, HEAD)
    trained.fit(CONTENT, LABELS, np.random.default_rng(0))
    assert len(losses) < 10
    assert losses[-1] < 0.1 < losses[-2]


def test_each_fit_is_a_function_of_its_generator():
    """Weights, moments, averages and dropout start anew."""
    trained = few_labels.Classifier(DIM, CLASSES, HEAD)
    logits = []
    for seed in (0, 1, 0):
        trained.fit(CONTENT, LABELS, np.random.default_rng(seed))
        logits.append(trained._logits(np.float32(CONTENT)).numpy())
    np.testing.assert_array_equal(logits[0], logits[2])
    assert (logits[0] != logits[1]).any()


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"codes": CONTENT * np.nan}, "codes must be finite"),
        ({"labels": LABELS[1:]}, "the same number of"),
        ({"sources": LABELS[1:]}, "the same number of"),
        ({"test_codes": CONTENT[:, 1:]}, "must have 10 dimensions"),
        ({"subsets": [np.array([3])]}, "at least two labelled clips"),
    ],
)
def test_invalid_input_is_refused(changes, message):
    arguments = {
        "codes": CONTENT,
        "labels": LABELS,
        "subsets": [np.arange(8)],
        "test_codes": CONTENT,
        "head": HEAD,
        "seed": 0,
        **changes,
    }
    with pytest.raises(ValueError, match=message):
        predicted_classes(**arguments)


@pytest.mark.parametrize("per_class", [0, 101])
def test_a_subset_is_not_larger_than_the_rarest_class(per_class):
    with pytest.raises(ValueError, match="from 1 to 100, the clips of the"):
        labelled_subset(LABELS, per_class, 0)
