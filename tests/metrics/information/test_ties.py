"""Codes of few distinct values, and the scores of them."""

import ml_dtypes
import numpy as np
import pytest

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.disentanglement.infomec import infomec
from mipae_tf.metrics.disentanglement.mi_matrix import mi_matrix
from mipae_tf.metrics.disentanglement.mig import mig_published
from mipae_tf.metrics.disentanglement.mig_chen import mig_chen
from mipae_tf.metrics.disentanglement.mig_factorwise import mig_factorwise
from mipae_tf.metrics.disentanglement.modularity import modularity
from mipae_tf.metrics.information.mixed_mi import mixed_mutual_information
from mipae_tf.metrics.information.ross_mi import ross_mutual_information
from mipae_tf.metrics.information.ross_mi import ross_terms
from mipae_tf.metrics.information.ties import break_ties
from mipae_tf.metrics.information.ties import tied_share

COUNT = 400
GENERATOR = np.random.default_rng(0)
FACTORS = {
    "a": GENERATOR.integers(4, size=COUNT),
    "b": GENERATOR.integers(3, size=COUNT),
}
LABELS = np.stack(list(FACTORS.values()), axis=1)
PLAIN = LABELS + 0.01 * GENERATOR.standard_normal(LABELS.shape)
TIED = {
    "labels": LABELS,
    "rounded": np.round(PLAIN, 2),
    "half": PLAIN.astype(np.float16),
    "bfloat16": PLAIN.astype(ml_dtypes.bfloat16),
    "saturated": np.tanh(20 * (PLAIN - 1.5)),
    "half zero": np.maximum(PLAIN - 0.5, 0),
    "far": (PLAIN + 1e7).astype(np.float32),
}


@pytest.mark.parametrize("name", TIED)
def test_scores_of_tied_codes_are_those_of_plain_ones(name):
    codes = TIED[name]
    assert tied_share(codes) > 0.01
    for score in (mig_chen, modularity):
        expected = score(PLAIN, FACTORS)["score"]
        assert expected > 0.95
        assert score(codes, FACTORS)["score"] == pytest.approx(
            expected, abs=0.05
        )
    found = mig_factorwise(
        codes[:, :1],
        codes[:, 1:],
        {"a": FACTORS["a"]},
        {"b": FACTORS["b"]},
        draws=20,
    )
    assert found["score"] > 0.95
    assert found["interval"][0] > 0.9
    compact = [infomec(c, FACTORS)["compactness"] for c in (codes, PLAIN)]
    assert compact[0] == pytest.approx(compact[1], abs=0.05)
    matrix = mi_matrix(codes, FACTORS).normalised
    np.testing.assert_allclose(matrix, np.eye(2), atol=0.05)


@pytest.mark.parametrize("name", TIED)
def test_the_published_gap_of_tied_codes_is_absent(name):
    codes = TIED[name]
    distinct = len(np.unique(codes[:, 0].astype(np.float64)))
    reason = f"content_codes take {distinct} distinct values in 400 samples"
    with pytest.raises(AbsentMetric, match=reason) as error:
        mig_published(codes[:, :1], codes[:, 1:], *LABELS.T)
    assert "does not handle ties" in str(error.value)
    with pytest.raises(AbsentMetric, match="pose_codes take"):
        mig_published(PLAIN[:, :1], codes[:, 1:], *LABELS.T)


def test_the_published_gap_allows_few_ties():
    # Repeated images, and a code without information.
    drawn = np.concatenate([np.arange(COUNT), np.arange(20)])
    codes, labels = PLAIN[drawn], LABELS[drawn]
    assert 0.05 < tied_share(codes) < 0.2
    found = mig_published(codes[:, :1], codes[:, 1:], *labels.T)
    assert found["i_fc_zc"] == ross_mutual_information(
        codes[:, :1], labels[:, 0]
    )
    constant = np.full((COUNT, 2), 0.1)
    found = mig_published(PLAIN[:, :1], constant, *LABELS.T)
    assert found["i_fp_zp"] == found["i_fc_zp"] == 0


@pytest.mark.parametrize("decimals", [0, 1, 2])
@pytest.mark.parametrize("dimensions", [1, 2])
def test_rounding_adds_no_information(decimals, dimensions):
    plain = np.random.default_rng(1).standard_normal((1000, dimensions))
    labels = np.digitize(plain[:, 0] + plain[::-1, 0], [-1, 0, 1])
    rounded = np.round(plain, decimals)
    whole = ross_terms(plain, [labels]).mean()
    kept = ross_terms(break_ties(rounded), [labels]).mean()
    # Steps of a standard deviation do lose something.
    assert kept == pytest.approx(whole, abs=0.04 + 0.1 * (decimals == 0))
    unrelated = np.random.default_rng(2).standard_normal((1000, dimensions))
    pair = break_ties(rounded, 0), break_ties(np.round(unrelated, decimals), 1)
    assert mixed_mutual_information(*pair) == pytest.approx(0, abs=0.06)


def test_the_published_estimate_errs_in_both_directions():
    # As in docs/mutual_information.md: 4 separated labels, 1.39 nats.
    plain = np.random.default_rng(0).standard_normal((2, 1000, 1))[0]
    labels = np.random.default_rng(1).integers(4, size=1000)
    found = {}
    for decimals in (0, 1, 2):
        codes = np.round(6 * labels[:, None] + plain, decimals)
        found[decimals] = [
            ross_terms(z, [labels]).mean() for z in (codes, break_ties(codes))
        ]
    expected = {0: [-1.81, 1.37], 1: [0.39, 1.37], 2: [1.57, 1.38]}
    for decimals, values in expected.items():
        assert found[decimals] == pytest.approx(values, abs=0.006)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_codes_without_ties_are_unchanged(dtype):
    codes = np.random.default_rng(0).standard_normal((1000, 3)).astype(dtype)
    codes[:9] = codes[0]  # a few copies do not matter
    np.testing.assert_array_equal(break_ties(codes), codes)


def test_break_ties_keeps_order_and_constants():
    codes = np.stack([LABELS[:, 0] * 1e-9 + 5, np.full(COUNT, 1e9)], axis=1)
    apart = break_ties(codes)
    assert tied_share(apart) == 0
    np.testing.assert_array_equal(apart[:, 1], 0)
    for label in range(3):
        below = apart[LABELS[:, 0] == label, 0]
        above = apart[LABELS[:, 0] == label + 1, 0]
        assert below.max() < above.min()
    np.testing.assert_array_equal(apart, break_ties(codes))
    assert not np.array_equal(apart, break_ties(codes, seed=1))
    np.testing.assert_array_equal(break_ties(codes[:, 1:]), 0)


def test_the_share_counts_samples_that_have_a_copy():
    codes = np.arange(10.0)[:, None]
    codes[1:3] = codes[0]
    codes[5] = codes[4]
    assert tied_share(codes) == 0.5
    with pytest.raises(ValueError, match="codes must be finite"):
        tied_share(codes * np.nan)
