import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs
from networks.harness import run_layer_test
from networks.harness import run_saving_test

from mipae_tf.networks.critic import Critic


def test_published_size():
    critic = Critic()
    critic.build((None, 5))
    weights = sum(w.numpy().size for w in critic.trainable_variables)
    assert weights == (10 * 512 + 512) + (512 * 512 + 512) + (512 + 1)
    assert weights / 1e6 == pytest.approx(0.27, abs=0.005)


def test_layer():
    run_layer_test(
        Critic,
        {"hidden_dim": 16, "hidden_layers": 3},
        input_shape=[(4, 5), (4, 5)],
        expected_output_shape=(4,),
    )


def test_saving(tmp_path):
    shapes = [(4, 5), (4, 5)]
    run_saving_test(Critic, {"hidden_dim": 16}, shapes, tmp_path)


def test_a_logit_by_hand():
    critic = Critic(hidden_dim=2, hidden_layers=1)
    critic.build((None, 1))
    weights = [[[1, -1], [2, 0]], [0.5, 0], [[3], [7]], [-40]]
    critic.set_weights([np.array(w, "float32") for w in weights])
    # ReLU(1·1 + 2·2 + 0.5) · 3 + ReLU(−1) · 7 − 40, and no sigmoid
    logits = critic(tf.constant([[1.0]]), tf.constant([[2.0]]))
    np.testing.assert_allclose(logits, [3 * 5.5 - 40])


def test_order_of_the_poses_matters():
    first, second = random_inputs([(3, 5), (3, 5)])
    critic = Critic(hidden_dim=16)
    difference = critic(first, second) - critic(second, first)
    assert np.abs(difference).max() > 0
