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


# Published pairs are the harder to share: each replica needs both halves. A
# penalty would differ: partners are drawn within a replica.
CASES = {
    "mipae": {
        "mi_weight": 0.0,
        "beta_1": 0.5,
        "sampling": "published",
        "learning_rate": 1e-3,
    },
    "independent_prediction": {},
    "svg_lp": {},
}
SHOWN = ("reconstruction", "similarity", "elbo", "likelihood", "kl")


def train(strategy, name):
    with strategy.scope():
        model = lively_model(name, **CASES[name])
        stage = model.stages()[0]
    loop = StageLoop(stage, moving_clips(), strategy)
    losses, _ = loop.run(STEPS)
    assert int(stage.step.numpy()) == STEPS
    return losses, [w.numpy() for w in model.trainable_variables]


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    two = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, two)
    # One for all cases: each strategy numbers its collectives from the same
    # start, and one still under way would be taken for a later one's.
    mirrored = make_strategy("mirrored")
    print("replicas", mirrored.num_replicas_in_sync)
    for name in CASES:
        losses, weights = train(make_strategy("none"), name)
        other_losses, other = train(mirrored, name)
        for term in set(SHOWN) & set(losses):
            np.testing.assert_allclose(
                other_losses[term], losses[term], rtol=1e-4, err_msg=term
            )
        for one, two in zip(weights, other, strict=True):
            np.testing.assert_allclose(two, one, atol=1e-5, err_msg=name)


if __name__ == "__main__":
    main()
