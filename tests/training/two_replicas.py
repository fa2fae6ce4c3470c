"""Trains on one device and on two with the same global batches."""

import pathlib
import sys

import numpy as np
import tensorflow as tf

# The root first: tests/data_builders must not pass for the package.
TESTS = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(TESTS.parent), str(TESTS)]

from models.harness import lively_model  # noqa: E402
from models.harness import moving_clips  # noqa: E402

from mipae_tf.training import make_strategy  # noqa: E402
from mipae_tf.training.loop import StageLoop  # noqa: E402

STEPS = 3


def train(strategy, **given):
    with strategy.scope():
        # A penalty would differ: partners are drawn within a replica.
        model = lively_model("mipae", mi_weight=0.0, beta_1=0.5, **given)
        stage = model.stages()[0]
    loop = StageLoop(stage, moving_clips(), strategy)
    losses, _ = loop.run(STEPS)
    assert int(stage.step.numpy()) == STEPS
    networks = stage.content_encoder, stage.pose_encoder, stage.decoder
    weights = [w.numpy() for n in networks for w in n.trainable_variables]
    return losses, weights


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    two = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, two)
    print("replicas", make_strategy("mirrored").num_replicas_in_sync)
    # Published pairs are the harder to share: each replica needs both halves.
    given = {"sampling": "published", "learning_rate": 1e-3}
    losses, weights = train(make_strategy("none"), **given)
    other_losses, other = train(make_strategy("mirrored"), **given)
    for name in ("reconstruction", "similarity"):
        np.testing.assert_allclose(
            other_losses[name], losses[name], rtol=1e-4, err_msg=name
        )
    for one, two in zip(weights, other, strict=True):
        np.testing.assert_allclose(two, one, atol=1e-5)


if __name__ == "__main__":
    main()
