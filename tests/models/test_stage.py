import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.data.frame_plan import Window
from mipae_tf.models import Stage


class Toy(Stage):
    """Learns the mean of the batches."""

    LOSSES = ("loss",)

    def __init__(self, clip_norm=0.0):
        super().__init__(Window(2, 1), 0, 10, name="toy")
        self.network = keras.layers.Dense(1, use_bias=False)
        self.network.build((None, 1))
        self.minimize = self.add_optimizer(
            [self.network], keras.optimizers.SGD(0.5), clip_norm
        )

    def update(self, batch):
        with tf.GradientTape() as tape:
            losses = self.evaluate_losses(batch)
        self.minimize(tape, losses["loss"])
        return losses

    def evaluate_losses(self, batch):
        error = self.network(tf.ones([1, 1])) - batch
        return {"loss": 0.5 * tf.reduce_mean(error**2)}


def test_a_train_step_updates_weights_step_and_means():
    stage = Toy()
    kernel = stage.network.kernel
    kernel.assign([[0.0]])
    first = stage.train_step(tf.constant([2.0, 4.0]))
    assert float(first["loss"]) == pytest.approx(0.5 * (4 + 16) / 2)
    assert float(kernel[0, 0]) == pytest.approx(1.5)
    second = stage.train_step(tf.constant([1.5, 1.5]))
    assert float(second["loss"]) == pytest.approx(2.5)  # mean of 5 and 0
    assert int(stage.step) == 2


@pytest.mark.parametrize("most, moved", [(0.0, 1.5), (1.0, 0.5), (9.0, 1.5)])
def test_gradients_are_clipped_to_the_maximum_norm(most, moved):
    stage = Toy(most)
    stage.network.kernel.assign([[0.0]])
    stage.train_step(tf.constant([2.0, 4.0]))  # the gradient is -3
    assert float(stage.network.kernel[0, 0]) == pytest.approx(moved)


def test_fit_reports_the_mean_over_the_epoch():
    stage = Toy()
    stage.network.kernel.assign([[0.0]])
    data = tf.data.Dataset.from_tensor_slices([[2.0, 4.0], [1.5, 1.5]])
    history = stage.fit(data, epochs=2, verbose=0).history["loss"]
    np.testing.assert_allclose(history[0], 2.5)
    assert int(stage.step) == 4


def test_two_replicas_apply_half_of_their_gradients(monkeypatch):
    """Gradients are summed over replicas; each loss is a replica's mean."""
    stage = Toy()
    stage.network.kernel.assign([[0.0]])
    applied = []
    monkeypatch.setattr(
        stage.optimizers[0],
        "apply_gradients",
        lambda pairs: applied.extend(float(g[0, 0]) for g, _ in pairs),
    )
    two = types.SimpleNamespace(num_replicas_in_sync=2)
    monkeypatch.setattr(tf.distribute, "get_strategy", lambda: two)
    losses = stage.update(tf.constant([2.0, 4.0]))  # the gradient is -3
    assert applied == [-1.5]
    assert float(losses["loss"]) == pytest.approx(0.5 * (4 + 16) / 2)


def test_the_returned_norm_is_that_of_the_gradient(monkeypatch):
    """Before it is divided among replicas and before clipping."""
    for most in (0.0, 1.0):
        stage = Toy(most)
        stage.network.kernel.assign([[0.0]])
        with tf.GradientTape() as tape:
            loss = stage.evaluate_losses(tf.constant([2.0, 4.0]))["loss"]
        assert float(stage.minimize(tape, loss)) == pytest.approx(3.0)
