import numpy as np
import pytest
import tensorflow as tf
from models.harness import randomize_weights

from mipae_tf.models.pose_content.dynamics import CodePredictor

RANDOM = np.random.default_rng(0)
CODES = (3.0 + 2.0 * RANDOM.normal(size=(4, 6, 3))).astype(np.float32)
FIXED = RANDOM.normal(size=(4, 5)).astype(np.float32)


def predictor(target, fixed_dim=5):
    made = CodePredictor(3, fixed_dim, hidden_dim=8, layers=2, target=target)
    randomize_weights(made)
    made.fit_scale(CODES, FIXED if fixed_dim else None)
    return made


@pytest.mark.parametrize("target", ["code", "difference"])
@pytest.mark.parametrize("fixed_dim", [5, 0])
def test_teacher_forcing_equals_warm_up_and_steps(target, fixed_dim):
    made = predictor(target, fixed_dim)
    fixed = FIXED[:, :fixed_dim]
    followed = made.teacher_forced(CODES, fixed)[0]
    assert followed.shape == CODES.shape
    memory = made.warm_up(CODES[:, :2], fixed)
    for time in range(2, 6):
        code, memory = made.step(CODES[:, time], fixed, memory)
        np.testing.assert_allclose(code, followed[:, time], atol=1e-5)


@pytest.mark.parametrize("compiled", [False, True])
def test_warm_up_on_no_codes_gives_the_initial_states(compiled):
    """As for a context of one frame; in a graph, its length is dynamic."""
    made, fixed = predictor("difference"), tf.constant(FIXED)

    def warm_up(codes):
        return made.warm_up(codes, fixed)

    if compiled:
        spec = tf.TensorSpec([None, None, 3])
        warm_up = tf.function(warm_up, input_signature=[spec])
    memory = warm_up(tf.constant(CODES[:, :0]))
    code, _ = made.step(CODES[:, 0], fixed, memory)
    expected = made.teacher_forced(CODES[:, :1], fixed)[0][:, 0]
    np.testing.assert_allclose(code, expected, atol=1e-5)


def test_a_prediction_depends_on_the_past_and_the_fixed_code():
    made = predictor("difference")
    followed = made.teacher_forced(CODES, FIXED)[0].numpy()
    past = CODES.copy()
    past[:, 0] += 1.0
    assert (
        np.abs(made.teacher_forced(past, FIXED)[0][:, 3] - followed[:, 3]).max()
        > 1e-4
    )
    future = CODES.copy()
    future[:, 4] += 1.0
    np.testing.assert_allclose(
        made.teacher_forced(future, FIXED)[0][:, :4], followed[:, :4], atol=1e-6
    )
    other = made.teacher_forced(CODES, FIXED + 1.0)[0].numpy()
    assert np.abs(other - followed).max() > 1e-4


def test_scales_are_fitted_to_the_codes():
    made = predictor("difference")
    flat = CODES.reshape(-1, 3)
    np.testing.assert_allclose(made.moving_scale.mean, flat.mean(0), rtol=1e-4)
    np.testing.assert_allclose(
        made.moving_scale.deviation, flat.std(0), rtol=1e-4
    )
    np.testing.assert_allclose(
        made.fixed_scale.standardize(FIXED),
        (FIXED - FIXED.mean(0)) / FIXED.std(0),
        atol=1e-4,
    )


def test_a_constant_dimension_is_not_amplified():
    made = predictor("difference")
    codes = CODES.copy()
    codes[..., 1] = 0.25
    made.fit_scale(codes, None)
    standard = made.moving_scale.standardize(codes)
    np.testing.assert_array_equal(standard[..., 1], 0.0)


def test_predictions_scale_with_the_codes():
    """Inputs and outputs are standardized."""
    made = predictor("difference", 0)
    once = made.teacher_forced(CODES, FIXED[:, :0])[0].numpy()
    made.fit_scale(10.0 * CODES, None)
    again = made.teacher_forced(10.0 * CODES, FIXED[:, :0])[0].numpy()
    np.testing.assert_allclose(again, 10.0 * once, rtol=1e-3, atol=1e-3)


def test_scales_are_non_trainable_weights():
    made = predictor("difference")
    names = {w.path.split("/")[-1] for w in made.non_trainable_variables}
    assert {"mean", "deviation"} <= names
    assert not {"mean", "deviation"} & {
        w.path.split("/")[-1] for w in made.trainable_variables
    }
