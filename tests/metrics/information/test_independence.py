import numpy as np
import pytest

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.information.independence import best_partition
from mipae_tf.metrics.information.independence import transition_correlation
from mipae_tf.metrics.information.independence import transition_information
from mipae_tf.metrics.information.ksg_mi import ksg_mutual_information


def moved(matrix, clips=400, time=6, noise=0.5, seed=0):
    """A stationary start, then z_t = z_{t-1} · matrix + noise."""
    generator = np.random.default_rng(seed)
    codes = [generator.standard_normal((clips, len(matrix)))]
    for _ in range(time - 1):
        step = noise * generator.standard_normal(codes[0].shape)
        codes.append(codes[-1] @ matrix + step)
    return np.stack(codes, axis=1)  # [clips, time, dimensions]


def gaussian_information(first, second):
    """Closed form of jointly normal codes, from their correlations."""
    joint = np.concatenate([first, second], axis=1)
    correlation = np.corrcoef(joint, rowvar=False)
    size = first.shape[1]
    parts = correlation[:size, :size], correlation[size:, size:]
    logs = [np.linalg.slogdet(m)[1] for m in (*parts, correlation)]
    return (logs[0] + logs[1] - logs[2]) / 2


# The blocks {0, 1} and {2, 3} each turn by themselves.
KEEP = np.sqrt(0.75)  # with noise of 0.5 the variance stays 1
TURN = KEEP * np.array([[0.6, 0.8], [-0.8, 0.6]])
TWO_TURNS = np.kron(np.eye(2), TURN)
BLOCKS = [[0, 1], [2, 3]]


def test_the_correlation_is_that_of_the_past_with_the_present():
    latents = moved(TWO_TURNS, clips=4000)
    found = transition_correlation(latents)
    # Row: the past. z_t = z_{t-1} · matrix, so this is the matrix itself.
    np.testing.assert_allclose(found, TWO_TURNS, atol=0.02)
    past = latents[:, :-1].reshape(-1, 4)
    present = latents[:, 1:].reshape(-1, 4)
    expected = np.corrcoef(past, present, rowvar=False)[:4, 4:]
    np.testing.assert_allclose(found, expected)
    np.testing.assert_allclose(transition_correlation(latents * 3 + 7), found)


def test_the_scale_of_a_dimension_does_not_matter_to_the_correlation():
    latents = moved(TWO_TURNS)
    expected = transition_correlation(latents)
    huge = (latents * 1e30).astype(np.float32)  # squares beyond float32
    np.testing.assert_allclose(
        transition_correlation(huge), expected, atol=1e-5
    )
    found = transition_correlation(latents * [1e-170, 1, 1e140, 1])
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_transitions_do_not_cross_clips():
    # Clips are constant in time and independent of each other.
    still = np.random.default_rng(0).standard_normal((500, 1, 3))
    still = np.repeat(still, 2, axis=1)
    np.testing.assert_allclose(
        transition_correlation(still), np.eye(3), atol=0.15
    )
    np.testing.assert_allclose(np.diag(transition_correlation(still)), 1)


def test_information_of_independent_factors():
    found = transition_information(
        moved(TWO_TURNS, clips=4000), BLOCKS, gaussian_information
    )
    # Each of two dimensions keeps 3/4 of its variance: -½ ln(1 - 3/4) each.
    assert found["same"] == pytest.approx(-np.log(0.25), abs=0.03)
    assert found["cross"] == pytest.approx(0, abs=0.001)
    assert found["gap"] == found["same"] - found["cross"]
    assert found["count"] == 4000


def test_swapped_factors_have_only_cross_information():
    exchange = np.roll(TWO_TURNS, 2, axis=1)
    found = transition_information(
        moved(exchange, clips=4000), BLOCKS, gaussian_information
    )
    assert found["same"] == pytest.approx(0, abs=0.001)
    assert found["cross"] == pytest.approx(-np.log(0.25), abs=0.03)
    assert found["gap"] < 0


def test_constant_codes_of_a_clip_add_no_cross_information():
    """Codes that hardly change within a clip look alike to an estimator."""
    generator = np.random.default_rng(0)
    kept = generator.standard_normal((300, 1, 4))
    latents = kept + 0.01 * generator.standard_normal((300, 20, 4))
    found = transition_information(latents, BLOCKS, ksg_mutual_information)
    assert found["cross"] == pytest.approx(0, abs=0.05)
    past, present = latents[:, :-1, :2], latents[:, 1:, 2:]
    pooled = ksg_mutual_information(past.reshape(-1, 2), present.reshape(-1, 2))
    assert pooled > 1  # of factors that are independent by construction


def test_the_mean_runs_over_ordered_pairs_of_factors():
    def estimator(past, present):
        return 10 * past[0, 0] + present[0, 0]

    latents = np.tile([1.0, 2.0, 4.0], (4, 3, 1))
    found = transition_information(latents, [[0], [1], [2]], estimator)
    assert found["same"] == pytest.approx(11 * 7 / 3)
    # Each factor is twice the past and twice the present of another.
    assert found["cross"] == pytest.approx(11 * 7 / 3)


def test_the_best_partition_finds_the_true_factors():
    order = np.array([2, 0, 3, 1])
    latents = moved(TWO_TURNS)[:, :, order]
    blocks, found = best_partition(latents, 2, gaussian_information, seed=0)
    assert sorted(sorted(order[block]) for block in blocks) == BLOCKS
    assert found == transition_information(
        latents, blocks, gaussian_information
    )


def test_more_partitions_never_lower_the_gap():
    latents = moved(np.full((7, 7), KEEP / 7), clips=100)
    gaps = []
    for partitions in (1, 5, 30):
        blocks, found = best_partition(
            latents, 3, gaussian_information, seed=1, partitions=partitions
        )
        gaps.append(found["gap"])
        assert sorted(len(block) for block in blocks) == [2, 2, 3]
        assert sorted(np.concatenate(blocks)) == list(range(7))
    assert gaps == sorted(gaps)
    assert gaps[0] < gaps[2]


def test_the_partition_depends_on_the_seed():
    latents = moved(np.full((8, 8), 0.1), clips=50)
    found = [
        best_partition(
            latents, 2, gaussian_information, seed=seed, partitions=1
        )[1]
        for seed in (3, 3, 4)
    ]
    assert found[0] == found[1] != found[2]


def test_undefined_input_is_absent():
    latents = moved(TWO_TURNS, clips=10)
    with pytest.raises(AbsentMetric, match="at least 2 factors"):
        transition_information(latents, [[0, 1]], gaussian_information)
    with pytest.raises(AbsentMetric, match="at least 4 clips, got 3"):
        transition_information(latents[:3], BLOCKS, gaussian_information)
    latents[:, :, 2] = 5
    with pytest.raises(AbsentMetric, match=r"Dimensions \[2\]"):
        transition_correlation(latents)


LATENTS = moved(TWO_TURNS, clips=10)


@pytest.mark.parametrize(
    "latents, message",
    [
        (LATENTS[0], r"\[clips, time, dimensions\]"),
        (LATENTS[:, :1], "at least two steps"),
        (LATENTS[:3, :2], "at least 4"),
        (LATENTS * np.nan, "latents must be finite"),
        (LATENTS + np.inf, "latents must be finite"),
    ],
)
def test_invalid_latents_are_refused(latents, message):
    with pytest.raises(ValueError, match=message):
        transition_correlation(latents)
    with pytest.raises(ValueError, match=message):
        transition_information(latents, BLOCKS, gaussian_information)
    with pytest.raises(ValueError, match=message):
        best_partition(latents, 2, gaussian_information, seed=0)


@pytest.mark.parametrize(
    "blocks, message",
    [
        ([[0, 1], [1, 2]], "must not overlap"),
        ([[0, 0], [1]], "must not overlap"),
        ([[0, 1], []], "non-empty lists"),
        ([[0.5], [1]], "lists of dimensions"),
        ([[0], [4]], "from 0 to 3"),
        ([[0], [-1]], "from 0 to 3"),
        ([], "from 0 to 3"),
    ],
)
def test_invalid_blocks_are_refused(blocks, message):
    with pytest.raises(ValueError, match=message):
        transition_information(LATENTS, blocks, gaussian_information)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"parts": 1}, "from 2 to the latents' 4"),
        ({"parts": 5}, "from 2 to the latents' 4"),
        ({"partitions": 0}, "partitions must be at least 1"),
    ],
)
def test_invalid_partitions_are_refused(changes, message):
    arguments = {"parts": 2, "seed": 0, **changes}
    with pytest.raises(ValueError, match=message):
        best_partition(LATENTS, estimator=gaussian_information, **arguments)
