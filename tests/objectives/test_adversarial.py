import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.objectives.adversarial import entropy_penalty
from mipae_tf.objectives.adversarial import scene_discriminator_loss
from mipae_tf.objectives.mi_bounds import BOUNDS

LOGITS = np.linspace(-4.0, 4.0, 9, dtype=np.float32)


def bce(logit, label):
    belief = 1.0 / (1.0 + np.exp(-np.float64(logit)))
    return -label * np.log(belief) - (1.0 - label) * np.log(1.0 - belief)


def test_penalty_is_cross_entropy_with_a_fair_coin():
    for logit in LOGITS:
        penalty = float(entropy_penalty(tf.constant([logit])))
        assert penalty == pytest.approx(bce(logit, 0.5), rel=1e-5)


def test_the_penalty_is_lowest_for_an_undecided_discriminator():
    values = [float(entropy_penalty(tf.constant([x]))) for x in LOGITS]
    assert LOGITS[np.argmin(values)] == 0.0
    assert min(values) == pytest.approx(np.log(2.0), rel=1e-6)


@pytest.mark.parametrize("logit", [-3.0, -0.5, 0.5, 3.0])
def test_the_penalty_gradient_moves_the_logit_to_zero(logit):
    same = tf.constant([logit])
    with tf.GradientTape() as tape:
        tape.watch(same)
        penalty = entropy_penalty(same)
    assert np.sign(tape.gradient(penalty, same)[0]) == np.sign(logit)


def test_discriminator_loss_labels_pairs_of_one_clip_as_one():
    same, other = LOGITS[:5], LOGITS[3:8]
    expected = 0.5 * np.mean(bce(same, 1.0)) + 0.5 * np.mean(bce(other, 0.0))
    loss = scene_discriminator_loss(tf.constant(same), tf.constant(other))
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_discriminator_loss_is_half_of_the_js_loss():
    pairs = tf.constant(LOGITS), tf.constant(LOGITS[::-1].copy() + 1.0)
    half = 0.5 * float(BOUNDS["js"].critic_loss(*pairs))
    assert float(scene_discriminator_loss(*pairs)) == pytest.approx(half)
