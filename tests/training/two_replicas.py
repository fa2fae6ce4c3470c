"""Compares training on one device and on two with the same batches."""

import dataclasses
import pathlib
import sys

import numpy as np
import tensorflow as tf

TESTS = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(TESTS.parent), str(TESTS)]

from models.harness import arrays_of  # noqa: E402
from models.harness import moving_clips  # noqa: E402
from models.harness import random_model  # noqa: E402

from mipae_tf.models import config_class  # noqa: E402
from mipae_tf.networks.batch_norm import BatchNorm  # noqa: E402
from mipae_tf.networks.replicas import replica_place  # noqa: E402
from mipae_tf.training import make_strategy  # noqa: E402
from mipae_tf.training.loop import StageLoop  # noqa: E402

STEPS = 20

# Maximum difference of weights. Adam makes full steps for gradients that are
# only rounding errors, which SVG has initially. The discriminators of MoCoGAN
# amplify them: initial weights that differ by 1e-7 end 7e-5 apart.
TOLERANCES = {"svg_lp": 2e-4, "mocogan": 2e-4}
DEFAULT_TOLERANCE = 1e-5

TORCH = {"adam_epsilon": "torch", "layer_rules": "torch"}

# Model, index of the stage, settings.
CASES = [
    ("mipae", 0, {"mi_weight": 0.1}),
    # For published pairs, each replica needs clips of both halves.
    ("mipae", 0, {"mi_weight": 0.1, "sampling": "published"}),
    ("mipae", 0, {"mi_weight": 0.1, "bound": "infonce"}),
    ("drnet", 0, {"adversarial_weight": 0.1, "negatives": "permutation"}),
    ("mipae", 1, {}),
    ("independent_prediction", 0, {"clip_norm": 10.0}),
    # A change of 1e-7 in the weights grows to 1e-2 within 20 full steps.
    ("ddpae", 0, {"learning_rate": 1e-5}),
    # The same of its discriminators.
    ("hierarchical_objects", 1, {"learning_rate": 1e-5}),
    ("hierarchical_objects", 2, {"dynamics_learning_rate": 1e-4}),
    ("svg_lp", 0, {}),
    ("svg_lp", 0, {"time_steps": "apart", **TORCH}),
    ("mipae", 0, {"ema": 0.9, **TORCH}),
    ("mipae", 1, {"lstm_target": "code", **TORCH}),
    # Without noise in the discriminators, which differs between replicas.
    ("mocogan", 0, {}),
]


def train(strategy, name, index, given):
    lengths = {
        field.name: STEPS
        for field in dataclasses.fields(config_class(name))
        if field.name.endswith("_steps") and isinstance(field.default, int)
    }
    with strategy.scope():
        model = random_model(name, **lengths, **given)
        stage = model.stages()[index]
    arrays = arrays_of(model, stage, moving_clips())
    if stage.streams == ("latents",):
        stage.prepare(arrays)
    loop = StageLoop(stage, arrays, strategy)
    losses, _ = loop.run(STEPS)
    assert int(stage.step.numpy()) == STEPS
    return losses, [(w.path, w.numpy()) for w in stage.trainable_variables]


def same(one, other, what):
    losses, weights = one
    other_losses, other_weights = other
    for term, value in losses.items():
        # Depends on the replica's part of the batch, or jumps with rounding.
        if term.endswith(("_spread", "_norm", "_accuracy")):
            continue
        np.testing.assert_allclose(
            other_losses[term], value, rtol=1e-3, atol=1e-5, err_msg=term
        )
    # InfoNCE does not depend on a constant in all scores: the bias of the last
    # layer, the only scalar weight, changes only by rounding errors.
    free = what[2].get("bound") == "infonce"
    apart = {
        path: np.abs(there - weight).max()
        for (path, weight), (_, there) in zip(
            weights, other_weights, strict=True
        )
        if not (free and weight.size == 1)
    }
    limit = TOLERANCES.get(what[0], DEFAULT_TOLERANCE)
    far = {p: d for p, d in apart.items() if d > limit}
    assert not far, (what, far)


def same_averages(strategy):
    """Asserts that batch normalization uses the whole batch."""
    random = np.random.default_rng(0)
    whole = random.normal(3, 2, (4, 5, 5, 3)).astype(np.float32)
    with strategy.scope():
        norm = BatchNorm(momentum=0.9, unbiased=True, synchronized=True)
        norm.build(whole.shape)

    @tf.function
    def step():
        def own():
            first = 2 * replica_place()[0]
            return norm(tf.constant(whole)[first : first + 2], training=True)

        return strategy.run(own)

    step()
    variance = whole.astype(np.float64).var(axis=(0, 1, 2), ddof=1)
    np.testing.assert_allclose(
        norm.moving_variance.numpy(), 0.9 + 0.1 * variance, rtol=1e-6
    )


def main(only=None):
    cpu = tf.config.list_physical_devices("CPU")[0]
    two = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, two)
    # One strategy for all cases: each strategy numbers its collectives from
    # the same start, so pending ones could be confused with later ones.
    mirrored = make_strategy("mirrored")
    print("replicas", mirrored.num_replicas_in_sync)
    if not only:
        same_averages(mirrored)
    for case in CASES[int(only) :][:1] if only else CASES:
        print(*case, flush=True)
        same(train(make_strategy("none"), *case), train(mirrored, *case), case)


if __name__ == "__main__":
    main(*sys.argv[1:])
