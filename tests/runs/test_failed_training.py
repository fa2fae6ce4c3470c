import pytest

from mipae_tf.runs.failed_training import failed_training


class Model:
    FAILURES = {"critic": (0.1, "the critic has won")}


def rows(values, every=10, group="training"):
    return [
        {"stage": "all", "step": every * n, "group": group, "critic": value}
        for n, value in enumerate(values, start=1)
    ]


@pytest.mark.parametrize(
    "values, failed",
    [
        ([0.0] * 18 + [0.3, 0.3], False),  # it recovered
        ([0.5] * 18 + [0.05, 0.05], True),
        ([0.5] * 18 + [0.05, 0.2], False),  # their mean counts
        ([0.09], True),
        ([0.1], False),
        ([], False),
    ],
)
def test_the_last_tenth_of_the_training_counts(values, failed):
    reason = failed_training(Model(), rows(values))
    assert (reason is not None) is failed
    assert not failed or "critic was " in reason
    assert not failed or reason.endswith("below 0.1: the critic has won")


def test_other_logs_and_models_without_a_criterion_do_not_count():
    model = Model()
    assert failed_training(model, rows([0.0], group="validation")) is None
    other = [{"stage": "all", "step": 1, "group": "training", "loss": 0.0}]
    assert failed_training(model, other) is None
    model.FAILURES = {}
    assert failed_training(model, rows([0.0])) is None
