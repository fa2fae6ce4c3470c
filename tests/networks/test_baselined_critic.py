import numpy as np
import tensorflow as tf
from networks.harness import random_inputs
from networks.harness import run_layer_test

from mipae_tf.networks.baselined_critic import BaselinedCritic
from mipae_tf.networks.critic import Critic


def test_layer():
    run_layer_test(
        BaselinedCritic,
        {"hidden_dim": 16},
        input_shape=[(4, 5), (4, 5)],
        expected_output_shape=(4,),
    )


def test_the_baseline_depends_only_on_the_second_pose():
    first, second = random_inputs([(3, 5), (3, 5)])
    critic = BaselinedCritic(hidden_dim=16)
    critic.build((None, 5))
    plain = Critic(hidden_dim=16)
    plain.build((None, 5))
    plain.set_weights(critic.get_weights()[:6])
    taken_off = plain(first, second) - critic(first, second)
    other_first = plain(2.0 * first, second) - critic(2.0 * first, second)
    np.testing.assert_allclose(taken_off, other_first, atol=1e-6)
    assert np.ptp(taken_off) > 0
    assert tf.reduce_max(tf.abs(taken_off)) > 0
