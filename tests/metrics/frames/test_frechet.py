import numpy as np
import pytest
import scipy.linalg

from mipae_tf.metrics.frames.frechet import frechet_distance

GENERATOR = np.random.default_rng(0)
FIRST = GENERATOR.standard_normal((500, 6)) @ GENERATOR.normal(size=(6, 6))
SECOND = GENERATOR.standard_normal((300, 6)) @ GENERATOR.normal(size=(6, 6)) + 1


def whitened(samples, dimensions, seed=0):
    """Samples whose mean is 0 and whose covariance is 1, exactly."""
    codes = np.random.default_rng(seed).normal(size=(samples, dimensions))
    codes -= codes.mean(axis=0)
    return np.linalg.qr(codes)[0] * np.sqrt(samples - 1)


def by_matrix_root(first, second):
    covariances = [np.cov(x, rowvar=False) for x in (first, second)]
    root = scipy.linalg.sqrtm(covariances[0] @ covariances[1]).real
    shift = np.square(first.mean(axis=0) - second.mean(axis=0)).sum()
    return shift + np.trace(covariances[0] + covariances[1] - 2 * root)


def test_closed_form_of_a_shift():
    codes = whitened(100, 5)
    shift = np.array([1.0, 0, -2, 0, 3])
    assert frechet_distance(codes, codes + shift) == pytest.approx(14)


def test_closed_form_of_scales_along_the_axes():
    first, second = whitened(100, 3), whitened(70, 3, seed=1)
    scales = np.array([1.0, 2, 5]), np.array([3.0, 2, 0.5])
    # The squared differences of the standard deviations.
    assert frechet_distance(
        first * scales[0], second * scales[1]
    ) == pytest.approx(4 + 0 + 20.25)


def test_covariances_that_do_not_commute():
    assert frechet_distance(FIRST, SECOND) == pytest.approx(
        by_matrix_root(FIRST, SECOND), rel=1e-9
    )
    assert frechet_distance(SECOND, FIRST) == pytest.approx(
        frechet_distance(FIRST, SECOND)
    )


def test_the_distance_is_invariant_to_rotation():
    rotation = np.linalg.qr(GENERATOR.normal(size=(6, 6)))[0]
    assert frechet_distance(
        FIRST @ rotation, SECOND @ rotation
    ) == pytest.approx(frechet_distance(FIRST, SECOND))


def test_equal_sets_have_distance_zero():
    for codes in (FIRST, FIRST[:5], np.ones((10, 4))):
        assert 0 <= frechet_distance(codes, codes) < 1e-9
    assert frechet_distance(FIRST, FIRST[::-1]) < 1e-9


def test_fewer_samples_than_dimensions_are_allowed():
    # Five samples of forty dimensions, in a plane of six at most.
    turn = np.linalg.qr(GENERATOR.normal(size=(40, 40)))[0][:6]
    few = FIRST[:5], SECOND[:7]
    assert frechet_distance(few[0] @ turn, few[1] @ turn) == pytest.approx(
        frechet_distance(*few)
    )
    # Laws in planes at right angles share nothing: all variance counts.
    apart = np.zeros((5, 12)), np.zeros((7, 12))
    apart[0][:, :6] = few[0] - few[0].mean(axis=0)
    apart[1][:, 6:] = few[1] - few[1].mean(axis=0)
    variances = sum(x.var(axis=0, ddof=1).sum() for x in few)
    assert frechet_distance(*apart) == pytest.approx(variances)


def test_constant_dimensions_and_large_scales():
    padded = [
        np.pad(x, ((0, 0), (0, 3)), constant_values=4) for x in (FIRST, SECOND)
    ]
    expected = frechet_distance(FIRST, SECOND)
    assert frechet_distance(*padded) == pytest.approx(expected)
    assert frechet_distance(FIRST * 1e6, SECOND * 1e6) == pytest.approx(
        expected * 1e12
    )


def test_the_distance_shrinks_with_the_samples():
    codes = np.random.default_rng(1).standard_normal((4000, 20))
    distances = [
        frechet_distance(codes[:count], codes[-count:])
        for count in (25, 200, 2000)
    ]
    assert distances[0] > 3 * distances[1] > 9 * distances[2] > 0


@pytest.mark.parametrize(
    "first, second, message",
    [
        (FIRST[:3], SECOND, "first must hold at least"),
        (FIRST, SECOND[:1], "second must hold at least"),
        (FIRST, SECOND * np.nan, "second must be finite"),
        (FIRST + np.inf, SECOND, "first must be finite"),
        (FIRST[:, 0], SECOND, "first must be real numbers"),
        (FIRST[:, 1:], SECOND, "got 5 and 6"),
    ],
)
def test_invalid_embeddings_are_refused(first, second, message):
    with pytest.raises(ValueError, match=message):
        frechet_distance(first, second)
