import numpy as np
import pytest
from metrics.representation_cases import factor_labels
from metrics.representation_cases import oracle_codes
from metrics.representation_cases import rotated

from mipae_tf.metrics.disentanglement.dci import dci
from mipae_tf.metrics.disentanglement.dci import dci_of_forests
from mipae_tf.metrics.disentanglement.forests import Forests
from mipae_tf.metrics.disentanglement.representation import (
    checked_representation,
)

FACTORS = factor_labels(800)
CODES = oracle_codes(FACTORS)
PARTS = ("disentanglement", "completeness", "informativeness")


def test_an_oracle_scores_one():
    result = dci(CODES, FACTORS)
    assert min(result[part] for part in PARTS) > 0.95
    assert result["count"] == 200
    assert result["factors"]["x"]["chance"] < 0.3
    weights = [block["weight"] for block in result["blocks"].values()]
    assert sum(weights) == pytest.approx(1)


def test_scores_follow_from_importances():
    importances = np.array(
        [[1, 0, 0, 0], [0, 0.5, 0.25, 0], [0, 0.5, 0.25, 0], [0, 0, 0.5, 0]]
    )
    accuracies = np.array([[0.2] * 4, [0.6, 1, 0.2, 0.1]])
    representation = checked_representation(CODES, FACTORS)
    result = dci_of_forests(representation, Forests(importances, accuracies, 7))
    # Blocks 1 and 2 share two factors 2:1, in units of log 4.
    shared = 1 - (np.log(3) - 2 / 3 * np.log(2)) / np.log(4)
    blocks = [b["disentanglement"] for b in result["blocks"].values()]
    assert blocks == pytest.approx([1, shared, shared, 1])
    assert result["disentanglement"] == pytest.approx((1.5 + 1.5 * shared) / 3)
    factors = [f["completeness"] for f in result["factors"].values()]
    # Entropies log 2 and 1.5 log 2; the last factor splits nothing.
    assert factors[:3] == pytest.approx([1, 0.5, 0.25])
    assert "found no split" in factors[3]["absent"]
    assert result["completeness"] == pytest.approx(1.75 / 3)
    informativeness = [f["informativeness"] for f in result["factors"].values()]
    assert informativeness == pytest.approx([0.5, 1, 0, 0])
    assert result["count"] == 7


def test_copies_lower_only_completeness():
    result = dci(np.tile(CODES, 2), FACTORS)
    assert result["disentanglement"] > 0.9
    # Two of eight dimensions encode each factor: 1 - log 2 / log 8.
    assert result["completeness"] == pytest.approx(2 / 3, abs=0.07)


def test_rotation_lowers_both_except_within_a_block():
    turned = dci(rotated(CODES), FACTORS)
    assert turned["disentanglement"] < 0.5
    assert turned["completeness"] < 0.5
    assert turned["informativeness"] > 0.5
    within = np.concatenate([rotated(CODES[:, :2]), rotated(CODES[:, 2:])], 1)
    blocks = {"content": [0, 1], "pose": [2, 3]}
    result = dci(within, FACTORS, blocks)
    assert result["completeness"] > 0.9
    # Two factors in each block: 1 - log 2 / log 4.
    assert result["disentanglement"] == pytest.approx(0.5, abs=0.07)


def test_swapped_blocks_change_only_names():
    one = dci(CODES, FACTORS, {"a": [0, 1], "b": [2, 3]})
    other = dci(CODES, FACTORS, {"b": [0, 1], "a": [2, 3]})
    assert one["blocks"]["a"] == other["blocks"]["b"]
    assert one["disentanglement"] == other["disentanglement"]


def test_constant_codes_have_no_split():
    result = dci(np.ones((800, 3)), FACTORS)
    for part in PARTS[:2]:
        assert "found no split" in result[part]["absent"]
    assert result["informativeness"] == 0
    assert result["blocks"]["0"]["weight"] == 0


def test_unrelated_codes_are_not_informative():
    noise = np.random.default_rng(3).standard_normal((800, 4))
    result = dci(noise, FACTORS)
    assert result["informativeness"] < 0.06
    assert result["disentanglement"] < 0.1


def test_results_depend_on_the_seed():
    codes = rotated(CODES)
    assert dci(codes, FACTORS, seed=1) != dci(codes, FACTORS, seed=2)
