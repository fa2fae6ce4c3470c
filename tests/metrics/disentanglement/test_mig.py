import numpy as np
import pytest
from metrics.neighbour_cases import reference_ross

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.disentanglement.mig import mig_published
from mipae_tf.metrics.information.entropy import grassberger_entropy
from mipae_tf.metrics.information.ross_mi import ross_ceiling

NAMES = {
    "score",
    "i_fc_zc",
    "i_fc_zp",
    "i_fp_zc",
    "i_fp_zp",
    "h_fc",
    "h_fp",
    "ceiling",
    "count",
}


def factors(count, content_values, pose_values, seed=0):
    generator = np.random.default_rng(seed)
    content = [generator.integers(n, size=count) for n in content_values]
    pose = [generator.integers(n, size=count) for n in pose_values]
    return np.stack(content, axis=1), np.stack(pose, axis=1)


def oracle(tuples, seed=1):
    """The factors with noise that prevents ties."""
    noise = np.random.default_rng(seed).standard_normal(tuples.shape)
    return tuples + 1e-4 * noise


CONTENT, POSE = factors(3000, (3, 6, 4), (8, 10))


def test_an_oracle_reaches_the_ceiling():
    result = mig_published(oracle(CONTENT), oracle(POSE), CONTENT, POSE)
    assert result.keys() == NAMES
    assert result["count"] == 3000
    # Unrelated factors share a few hundredths of a nat by chance.
    assert result["score"] == pytest.approx(result["ceiling"], abs=0.02)
    assert result["i_fc_zc"] == pytest.approx(ross_ceiling(CONTENT), abs=1e-9)
    assert result["i_fp_zp"] == pytest.approx(ross_ceiling(POSE), abs=1e-9)
    assert result["h_fc"] == grassberger_entropy(CONTENT)
    assert result["ceiling"] == pytest.approx(1, abs=0.01)


def test_swapped_codes_score_below_zero():
    result = mig_published(oracle(POSE), oracle(CONTENT), CONTENT, POSE)
    assert result["score"] == pytest.approx(-result["ceiling"], abs=0.02)


def test_constant_and_unrelated_codes_score_zero():
    noise = np.random.default_rng(3).standard_normal((3000, 6))
    for codes in (np.full((3000, 6), 0.25), noise):
        result = mig_published(codes, codes, CONTENT, POSE)
        assert abs(result["score"]) < 0.02


def test_duplicated_codes_have_no_gap():
    both = np.concatenate([oracle(CONTENT), oracle(POSE)], axis=1)
    result = mig_published(both, both, CONTENT, POSE)
    assert abs(result["score"]) < 1e-12
    assert result["i_fc_zc"] == result["i_fc_zp"] > 0


def test_score_is_the_mean_of_the_signed_gaps():
    leaky = np.concatenate([oracle(POSE), 3 * oracle(CONTENT)[:, :1]], axis=1)
    r = mig_published(oracle(CONTENT), leaky, CONTENT, POSE)
    assert r["i_fc_zp"] > 0.1
    assert r["score"] == pytest.approx(
        (
            (r["i_fc_zc"] - r["i_fc_zp"]) / r["h_fc"]
            + (r["i_fp_zp"] - r["i_fp_zc"]) / r["h_fp"]
        )
        / 2
    )


@pytest.mark.parametrize(
    "values, i_max, h, ceiling",
    [
        # Two sprites, 10,000 samples: nearly every tuple occurs once.
        (((3, 6, 40, 3, 6, 40, 2), (32,) * 4), (4.12, 4.10), 10.46, 0.39),
        # One sprite: every tuple occurs often.
        (((3, 6, 40), (32, 32)), (6.58, 6.93), None, 1.00),
    ],
)
def test_ceilings_of_sprites(values, i_max, h, ceiling):
    content, pose = factors(10_000, *values)
    for tuples, expected in zip((content, pose), i_max, strict=True):
        spread = 3 * 0.134 if h else 0.02
        assert abs(ross_ceiling(tuples) - expected) < spread
        assert abs(grassberger_entropy(tuples) - (h or expected)) < 0.02
    result = mig_published(oracle(content), oracle(pose), content, pose)
    assert abs(result["ceiling"] - ceiling) < (0.04 if h else 0.01)
    # On two sprites about a hundred samples are kept: chance leaves more.
    assert abs(result["score"] - result["ceiling"]) < (0.15 if h else 0.02)


def reference_mig(content_codes, pose_codes, content_factors, pose_factors):
    """Eq. 8 from scikit-learn's neighbours, and G(n) as a sum over odd 1/k."""
    gaps = []
    for factors, own, other in (
        (content_factors, content_codes, pose_codes),
        (pose_factors, pose_codes, content_codes),
    ):
        counts = np.unique(factors, axis=0, return_counts=True)[1]
        g = [
            -np.euler_gamma
            - np.log(2)
            + sum(2 / k for k in range(1, n // 2 * 2, 2))
            for n in counts
        ]
        entropy = np.log(counts.sum()) - counts @ g / counts.sum()
        own, other = (max(0, reference_ross(z, factors)) for z in (own, other))
        gaps.append((own - other) / entropy)
    return sum(gaps) / 2


def reference_cases():
    """Two kinds of code, with some tuples that occur once."""
    content, pose = factors(2000, (3, 6, 40), (12, 8))
    noise = np.random.default_rng(4).standard_normal((2000, 8))
    leaky = oracle(content) + 0.3 * pose[:, :1]
    wide = np.tanh(np.tile(leaky, 6) / 9 + 0.1 * np.tile(noise, 3)[:, :18])
    return {
        "noisy": (leaky, pose + 0.5 * noise[:, :2]),
        "wide": (wide.astype(np.float32), np.tanh(pose / 5 - noise[:, :2])),
    }, (content, pose)


@pytest.mark.parametrize("kind", ["noisy", "wide"])
def test_agrees_with_a_reference_on_scikit_learn(kind):
    cases, tuples = reference_cases()
    codes = cases[kind]
    sizes = np.unique(tuples[0], axis=0, return_counts=True)[1]
    assert 100 < (sizes == 1).sum() < 1000
    found = mig_published(*codes, *tuples)
    assert found["score"] == pytest.approx(
        reference_mig(*codes, *tuples), abs=1e-6
    )


def test_constant_factors_are_absent():
    codes, constant = oracle(CONTENT), np.ones_like(POSE)
    with pytest.raises(AbsentMetric, match="pose_factors are constant"):
        mig_published(codes, codes, CONTENT, constant)
    with pytest.raises(AbsentMetric, match="content_factors are constant"):
        mig_published(codes, codes, constant, POSE)
    with pytest.raises(AbsentMetric, match="content_factors form 3000"):
        mig_published(codes, codes, np.arange(3000), POSE)


def test_invalid_input_is_refused():
    codes = oracle(CONTENT)
    with pytest.raises(ValueError, match="pose_codes 2999"):
        mig_published(codes, codes[1:], CONTENT, POSE)
    with pytest.raises(ValueError, match="at least 4"):
        mig_published(codes[:3], codes[:3], CONTENT[:3], POSE[:3])
    with pytest.raises(ValueError, match="pose_codes must be finite"):
        mig_published(codes, codes * np.nan, CONTENT, POSE)
    with pytest.raises(ValueError, match="pose_factors must be finite"):
        mig_published(codes, codes, CONTENT, POSE * np.nan)
