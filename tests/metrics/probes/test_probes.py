import numpy as np
import pytest

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.probes import probes
from mipae_tf.metrics.probes.probes import probe

GENERATOR = np.random.default_rng(0)
# Scales far from 1: probes standardise.
CODES = GENERATOR.standard_normal((1200, 6)) * 100 + 1000
UNIT = (CODES - 1000) / 100
NOISE = GENERATOR.standard_normal((1200, 6))
NUMBER = 1e-3 * UNIT[:, 0] ** 2 + 5  # no linear trace
CLASS = (UNIT[:, 0] * UNIT[:, 1] > 0).astype(int)  # no linear trace either


@pytest.mark.parametrize("kind", ["linear", "mlp"])
def test_a_linear_number_is_read(kind):
    target = UNIT @ np.arange(6) + 7
    result = probe(CODES, target, kind=kind, categorical=False, seed=0)
    assert result["score"] > 0.95
    assert result["chance"] == 0
    assert result["shuffled"] < 0.05
    assert result["count"] == 300


@pytest.mark.parametrize("kind", ["linear", "mlp"])
def test_a_linear_class_is_read(kind):
    target = np.array(["a", "b", "c"])[np.digitize(UNIT[:, 2], [-1, 0])]
    result = probe(CODES, target, kind=kind, categorical=True, seed=0)
    assert result["score"] > 0.9
    assert result["chance"] == pytest.approx(np.mean(target == "c"), abs=0.06)
    assert result["shuffled"] < result["chance"] + 0.08


def test_results_are_invariant_to_scale_and_offset():
    scales = [1e-170, 1e140, 1e-8, 1e30, 1, 1]
    moved = UNIT * scales + [0, 0, 1, -1e37, 1e7, 0]
    still = np.full((1200, 1), 1e149)
    moved = np.concatenate([moved, still], axis=1)
    for target, categorical in ((UNIT @ np.arange(6), False), (CLASS, True)):
        expected, found = (
            probe(codes, target, kind="linear", categorical=categorical, seed=0)
            for codes in (UNIT, moved)
        )
        assert found["score"] == pytest.approx(expected["score"], abs=1e-6)
        assert found["count"] == 300


@pytest.mark.parametrize(
    "target, categorical, linear, mlp",
    [(NUMBER, False, 0.2, 0.8), (CLASS, True, 0.65, 0.85)],
)
def test_only_the_mlp_reads_nonlinear_factors(target, categorical, linear, mlp):
    scores = {
        kind: probe(CODES, target, kind=kind, categorical=categorical, seed=1)
        for kind in ("linear", "mlp")
    }
    assert scores["linear"]["score"] < linear
    assert scores["mlp"]["score"] > mlp


@pytest.mark.parametrize("kind", ["linear", "mlp"])
def test_noise_and_constant_codes_score_chance(kind):
    for codes in (NOISE, np.full((1200, 3), 0.5)):
        number = probe(codes, NUMBER, kind=kind, categorical=False, seed=0)
        assert -0.15 < number["score"] < 0.05
        result = probe(codes, CLASS, kind=kind, categorical=True, seed=0)
        assert abs(result["score"] - 0.5) < 0.1


class Trained:
    """A network that is best after its third epoch."""

    def __init__(self, **kwargs):
        self.epochs = 0

    def partial_fit(self, codes, target):
        self.seen = set(codes[:, 0])
        self.epochs += 1

    def score(self, codes, target):
        assert not self.seen & set(codes[:, 0]), "it has learnt from these"
        return -abs(self.epochs - 3)


def test_the_epoch_is_chosen_on_validation_samples(monkeypatch):
    monkeypatch.setattr(probes, "MLPRegressor", Trained)
    kept = probes._fitted("mlp", False, 0, CODES, NUMBER)
    assert kept.epochs == 3
    assert len(kept.seen) == 1080


def test_given_test_arrays_are_used():
    # Training on one sign of a quadratic, testing on the other.
    left, right = UNIT[:, 0] < 0, UNIT[:, 0] >= 0
    test = CODES[right], NUMBER[right]
    result = probe(
        CODES[left],
        NUMBER[left],
        kind="linear",
        categorical=False,
        seed=0,
        test=test,
    )
    assert result["count"] == right.sum()
    assert result["score"] < 0


def test_results_depend_on_the_seed():
    results = [
        probe(NOISE, NUMBER, categorical=False, seed=seed)["score"]
        for seed in (3, 3, 4)
    ]
    assert results[0] == results[1] != results[2]


def test_constant_targets_are_absent():
    with pytest.raises(AbsentMetric, match="constant over the 900 training"):
        probe(CODES, np.ones(1200), categorical=False, seed=0)
    with pytest.raises(AbsentMetric, match="constant over the 1200 test"):
        probe(CODES, CLASS, categorical=True, seed=0, test=(CODES, CLASS * 0))


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"kind": "forest"}, "kind must be one of"),
        ({"codes": CODES * np.nan}, "codes must be finite"),
        ({"target": NUMBER * np.inf}, "target must be finite"),
        ({"target": NUMBER[1:]}, "the same number of"),
        ({"target": CODES}, "one factor"),
        ({"codes": CODES[:12], "target": NUMBER[:12]}, "at least 4"),
        ({"test": (CODES[:, 1:], NUMBER)}, "6 dimensions"),
        ({"test": (CODES[:3], NUMBER[:3])}, "test codes must hold"),
    ],
)
def test_invalid_input_is_refused(changes, message):
    arguments = {"codes": CODES, "target": NUMBER, **changes}
    with pytest.raises(ValueError, match=message):
        probe(**arguments, categorical=False, seed=0)
