"""Tests of all scores of a representation."""

import numpy as np
import pytest
from metrics.representation_cases import factor_labels
from metrics.representation_cases import oracle_codes

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.disentanglement.dci import dci
from mipae_tf.metrics.disentanglement.dci_es import dci_es
from mipae_tf.metrics.disentanglement.infomec import infomec
from mipae_tf.metrics.disentanglement.mig_chen import mig_chen
from mipae_tf.metrics.disentanglement.modularity import modularity
from mipae_tf.metrics.disentanglement.sap import sap

SCORES = (mig_chen, modularity, dci, dci_es, sap, infomec)
FACTORS = factor_labels(200)
CODES = oracle_codes(FACTORS)


@pytest.mark.parametrize("score", SCORES)
def test_unusable_factors_are_absent_by_name(score):
    still = {"still": np.zeros(200), "each": np.arange(200)}
    result = score(CODES, FACTORS | still)
    assert "constant" in result["factors"].pop("still")["absent"]
    assert "all occur once" in result["factors"].pop("each")["absent"]
    assert result == score(CODES, FACTORS)


@pytest.mark.parametrize("score", SCORES)
def test_only_constant_factors_are_absent(score):
    with pytest.raises(AbsentMetric, match="'still' is constant"):
        score(CODES, {"still": np.zeros(200)})


@pytest.mark.parametrize("score", (mig_chen, dci, dci_es, sap))
def test_a_single_block_is_absent(score):
    with pytest.raises(AbsentMetric, match="at least 2, got 1"):
        score(CODES, FACTORS, {"all": slice(None)})


@pytest.mark.parametrize("score", (modularity, dci, dci_es, infomec))
def test_a_single_factor_is_absent(score):
    with pytest.raises(AbsentMetric, match="at least 2 that vary, got 1"):
        score(CODES, {"x": FACTORS["x"], "still": np.zeros(200)})


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(
    "changes, message",
    [
        ({"codes": CODES * np.nan}, "codes must be finite"),
        ({"codes": CODES[1:]}, "the same number of"),
        ({"codes": CODES[:, 0]}, r"\[samples, dimensions\]"),
        ({"factors": {}}, "at least one factor"),
        ({"blocks": {"a": [9], "b": [1]}}, "within the 4 dimensions"),
    ],
)
def test_invalid_input_is_refused(score, changes, message):
    with pytest.raises(ValueError, match=message):
        score(**{"codes": CODES, "factors": FACTORS, **changes})


@pytest.mark.parametrize("score", (mig_chen, modularity, dci_es, sap, infomec))
def test_results_are_invariant_to_scale_and_offset(score):
    # Scales outside float32, and offsets that float64 resolves.
    scales = np.array([1e-50, 1e60, 1e-8, 1.0])
    offsets = np.array([0, 1e66, 1e-1, 1e7])
    moved = CODES * scales + offsets
    still = np.tile([0.1, 1e149], (len(CODES), 1))
    blocks = {name: [i] for i, name in enumerate("abcd")}
    expected = score(CODES, FACTORS, blocks)
    found = score(np.concatenate([moved, still], axis=1), FACTORS, blocks)
    numbers = [name for name, v in expected.items() if isinstance(v, float)]
    assert numbers
    for name in numbers:
        assert found[name] == pytest.approx(expected[name], abs=0.01), name


@pytest.mark.parametrize("score", (dci, dci_es, sap, infomec))
def test_too_few_samples_for_a_split_are_refused(score):
    few = {"x": np.arange(12) % 2, "y": np.arange(12) % 3}
    with pytest.raises(ValueError, match="quarter of codes"):
        score(CODES[:12], few)
