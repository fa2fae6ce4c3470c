import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.objectives import mi_bounds
from mipae_tf.objectives.mi_bounds import BOUNDS

RHO = 0.6
TRUE = -0.5 * np.log(1.0 - RHO**2)  # nats, of a correlated Gaussian pair
PAIRS = 200_000


def log_ratio(x, y):
    """log p(x, y) / p(x) p(y) of unit Gaussians with correlation RHO."""
    square = RHO**2 * (x**2 + y**2) - 2.0 * RHO * x * y
    return TRUE - square / (2.0 * (1.0 - RHO**2))


def gaussian_pairs(count):
    """x, its partner y, and a y that is independent of it."""
    x, noise, other = np.random.default_rng(0).normal(size=(3, count))
    return x, RHO * x + np.sqrt(1.0 - RHO**2) * noise, other


@pytest.fixture(scope="module")
def scores():
    """Scores of joint and marginal pairs by the optimal critic."""
    x, y, other = gaussian_pairs(PAIRS)
    joint, marginal = log_ratio(x, y), log_ratio(x, other)
    return tf.constant(joint, tf.float32), tf.constant(marginal, tf.float32)


def matrix_scores(count):
    """Joint scores and the matrix of all pairs, by the optimal critic."""
    x, y, _ = gaussian_pairs(count)
    matrix = log_ratio(x[:, None], y[None])
    return (
        tf.constant(np.diag(matrix), tf.float32),
        tf.constant(matrix, tf.float32),
    )


# What is added to the log-ratio to give the critic that is best for a bound.
@pytest.mark.parametrize(
    "name, shift",
    [("js", 0.0), ("nwj", 1.0), ("dv", 0.0), ("dv", 3.0), ("tuba", 0.0)],
)
def test_penalty_of_the_best_critic_is_the_information(scores, name, shift):
    joint, marginal = scores
    estimate = BOUNDS[name].penalty(joint + shift, marginal + shift)
    assert float(estimate) == pytest.approx(TRUE, abs=0.01)


@pytest.mark.parametrize("name", ["js", "nwj", "dv", "tuba"])
def test_penalty_of_another_critic_is_below_the_information(scores, name):
    joint, marginal = scores
    best = 1.0 if name == "nwj" else 0.0
    for scale in (0.5, 1.2):
        wrong = scale * joint + best, scale * marginal + best
        assert float(BOUNDS[name].penalty(*wrong)) < TRUE - 0.003


@pytest.mark.parametrize("name", ["js", "nwj", "dv", "smile", "tuba"])
def test_critic_loss_is_least_at_the_best_critic(scores, name):
    joint, marginal = scores
    best = 1.0 if name == "nwj" else 0.0

    def loss(scale):
        tried = scale * joint + best, scale * marginal + best
        return float(BOUNDS[name].critic_loss(*tried))

    assert loss(1.0) < loss(0.7)
    assert loss(1.0) < loss(1.3)


def test_js_critic_loss_by_hand():
    joint, marginal = tf.constant([0.0, 1.0]), tf.constant([0.0, -2.0])
    on_joint = (np.log(2.0) + np.log1p(np.exp(-1.0))) / 2.0
    on_marginal = (np.log(2.0) + np.log1p(np.exp(-2.0))) / 2.0
    loss = BOUNDS["js"].critic_loss(joint, marginal)
    assert float(loss) == pytest.approx(on_joint + on_marginal, rel=1e-6)


def test_js_penalty_by_hand():
    joint, marginal = tf.constant([0.5, 1.5]), tf.constant([0.0, np.log(3.0)])
    penalty = BOUNDS["js"].penalty(joint, tf.cast(marginal, tf.float32))
    assert float(penalty) == pytest.approx(1.0 + 1.0 - 2.0, abs=1e-6)


def test_infonce_nears_the_information_and_stays_below_log_count():
    joint, matrix = matrix_scores(1_000)
    estimate = float(BOUNDS["infonce"].penalty(joint, matrix))
    assert estimate == pytest.approx(TRUE, abs=0.1)
    sure = 50.0 * tf.eye(8)
    bounded = BOUNDS["infonce"].penalty(tf.linalg.diag_part(sure), sure)
    assert float(bounded) == pytest.approx(np.log(8.0), rel=1e-5)


def test_infonce_sums_over_the_second_pose():
    """Scores that depend only on the first pose give no information."""
    matrix = tf.repeat(tf.constant([[0.0], [3.0], [9.0]]), 3, axis=1)
    joint = tf.linalg.diag_part(matrix)
    assert float(BOUNDS["infonce"].penalty(joint, matrix)) == pytest.approx(0)


def test_smile_clamps_only_the_partition_term():
    joint, marginal = tf.constant([9.0]), tf.constant([9.0])
    assert float(BOUNDS["smile"].penalty(joint, marginal)) == 9.0 - 5.0
    assert float(BOUNDS["smile_all"].penalty(joint, marginal)) == 0.0
    # Only in smile_all, the critic's gradient vanishes outside the clamp.
    for name, alive in {"smile": True, "smile_all": False}.items():
        with tf.GradientTape() as tape:
            tape.watch(marginal)
            loss = BOUNDS[name].critic_loss(joint, marginal)
        assert bool(tape.gradient(loss, marginal)[0] != 0.0) is alive


@pytest.mark.parametrize("name", list(BOUNDS))
def test_no_score_overflows(name):
    joint = tf.constant([1e4, -1e4])
    marginal = tf.constant([1e4, -1e4])
    if BOUNDS[name].all_pairs:
        marginal = tf.constant([[1e4, -1e4], [-1e4, 1e4]])
    with tf.GradientTape() as tape:
        tape.watch([joint, marginal])
        values = [
            BOUNDS[name].penalty(joint, marginal),
            BOUNDS[name].critic_loss(joint, marginal),
        ]
        total = tf.add_n(values)
    assert np.isfinite(values).all()
    for gradient in tape.gradient(total, [joint, marginal]):
        assert np.isfinite(gradient).all()


def test_a_moderate_score_is_not_clipped():
    joint, marginal = tf.zeros([1]), tf.constant([12.0])
    penalty = float(BOUNDS["js"].penalty(joint, marginal))
    assert penalty == pytest.approx(1.0 - np.exp(12.0), rel=1e-5)


def test_the_table_in_the_docstring_has_every_bound():
    rows = [
        line.split("|")[1].strip()
        for line in mi_bounds.__doc__.splitlines()
        if line.startswith("|") and "---" not in line
    ]
    described = set(rows[1:])
    # smile_all is described in the text below the table.
    assert described == set(BOUNDS) - {"smile_all"}
    assert "`smile_all`" in mi_bounds.__doc__
