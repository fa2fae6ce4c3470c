"""The classifiers of codes that DRNET was evaluated with."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from mipae_tf.keras_settings import keras_defaults
from mipae_tf.metrics.checks import check_same_count
from mipae_tf.networks.layer_stack import LayerStack
from mipae_tf.networks.layers import leaky_relu

# The paper states neither of these three.
LEARNING_RATE = 1e-3
BATCH_SIZE = 64
DROPOUT = 0.5
# The cross-entropy is measured after every CHECK_INTERVAL steps. Training ends
# when PATIENCE measurements in a row do not lower it, or below LEARNT nats.
CHECK_INTERVAL = 25
PATIENCE = 4
LEARNT = 0.003


@dataclasses.dataclass(frozen=True)
class Head:
    """Size and training of a classifier.

    Attributes:
        units: units of each of the two hidden layers.
        steps: optimizer steps at most.
        early_stopping: whether samples are held out from training to choose
            the step.
    """

    units: int
    steps: int
    early_stopping: bool = False


class Classifier:
    """A multilayer perceptron of codes, which can be trained repeatedly.

    Two fully connected layers, each with batch normalisation, LeakyReLU and
    dropout, and a softmax; trained with cross-entropy and Adam.

    Args:
        dimensions: of a code.
        classes: number of classes.
        head: size and training.

    References:
        - DRNET (https://arxiv.org/abs/1705.10915), appendix D.
    """

    @keras_defaults()
    def __init__(self, dimensions: int, classes: int, head: Head) -> None:
        self._head = head
        self._network = _network(dimensions, classes, head.units)
        self._adam = keras.optimizers.Adam(LEARNING_RATE)
        self._adam.build(self._network.trainable_variables)
        variables = [*self._network.variables, *self._adam.variables]
        self._fresh = [(variable, variable.numpy()) for variable in variables]
        codes = tf.TensorSpec([None, dimensions])
        labels = tf.TensorSpec([None], tf.int32)
        batches = tf.TensorSpec([None, None], tf.int32)
        self._train = tf.function(self._steps, [codes, labels, batches])
        self._logits = tf.function(
            lambda given: self._network(given, training=False), [codes]
        )

    def fit(
        self,
        codes: np.ndarray,
        labels: np.ndarray,
        generator: np.random.Generator,
        held_out: np.ndarray | None = None,
    ) -> None:
        """Trains from new initial weights.

        Args:
            codes: `[samples, dimensions]`, at least two samples.
            labels: classes `[samples]`, from 0 on.
            generator: source of the initial weights, batches and dropout.
            held_out: whether samples `[samples]` are held out. The weights
                with the lowest cross-entropy on these are kept, or on the
                samples that are trained on where none are held out, and
                training ends when it no longer falls.

        Raises:
            ValueError: if shapes do not match.
        """
        check_same_count(codes=codes, labels=labels)
        codes, labels = np.float32(codes), np.int32(labels)
        self._initialise(generator)
        if held_out is None:
            held_out = np.zeros(len(codes), bool)
        watched = held_out if held_out.any() else ~held_out
        trained = tf.constant(codes[~held_out]), tf.constant(labels[~held_out])
        batches = _batches(len(trained[0]), self._head.steps, generator)
        best, least, failed = self._network.get_weights(), np.inf, 0
        for start in range(0, len(batches), CHECK_INTERVAL):
            piece = batches[start : start + CHECK_INTERVAL]
            self._train(*trained, tf.constant(piece))
            loss = self._loss(codes[watched], labels[watched])
            failed += 1
            if loss < least:
                best, least, failed = self._network.get_weights(), loss, 0
            if failed == PATIENCE or least < LEARNT:
                break
        self._network.set_weights(best)

    def predict(self, codes: np.ndarray) -> np.ndarray:
        """The most probable class of each code, `[samples]`.

        Args:
            codes: `[samples, dimensions]`.
        """
        logits = self._logits(tf.constant(np.float32(codes)))
        return logits.numpy().argmax(axis=1)

    def _loss(self, codes: np.ndarray, labels: np.ndarray) -> float:
        """Mean cross-entropy."""
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels, self._logits(tf.constant(codes))
        )
        return float(tf.reduce_mean(losses))

    def _steps(
        self, codes: tf.Tensor, labels: tf.Tensor, batches: tf.Tensor
    ) -> None:
        """One step for each row of indices `[steps, batch]`."""
        for rows in batches:
            self._step(tf.gather(codes, rows), tf.gather(labels, rows))

    @tf.autograph.experimental.do_not_convert
    def _step(self, codes: tf.Tensor, labels: tf.Tensor) -> None:
        variables = self._network.trainable_variables
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels, self._network(codes, training=True)
            )
            loss = tf.reduce_mean(losses)
        self._adam.apply(tape.gradient(loss, variables), variables)

    def _initialise(self, generator: np.random.Generator) -> None:
        """He normal kernels; the Keras ones depend on the global seed."""
        for variable, value in self._fresh:
            variable.assign(value)
        for layer in self._network.stack:
            if isinstance(layer, keras.layers.Dense):
                shape = layer.kernel.shape
                kernel = generator.standard_normal(shape, np.float32)
                layer.kernel.assign(kernel * np.sqrt(2 / shape[0]))
            elif isinstance(layer, keras.layers.Dropout):
                state = layer.seed_generator.state
                state.assign(generator.integers(2**31, size=state.shape))


def _network(dimensions: int, classes: int, units: int) -> LayerStack:
    hidden = [
        layer
        for _ in range(2)
        for layer in (
            keras.layers.Dense(units, use_bias=False),  # the norm has one
            keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5),
            keras.layers.Activation(leaky_relu),
            keras.layers.Dropout(DROPOUT, seed=0),
        )
    ]
    network = LayerStack([*hidden, keras.layers.Dense(classes)])
    network.build((None, dimensions))
    return network


def _batches(
    count: int, steps: int, generator: np.random.Generator
) -> np.ndarray:
    """Indices `[steps, batch]` of shuffled epochs, one after the other.

    A batch repeats samples that are fewer: moments of two or three would make
    batch normalisation useless.
    """
    wanted = steps * BATCH_SIZE
    epochs = [generator.permutation(count) for _ in range(-(-wanted // count))]
    rows = np.concatenate(epochs)[:wanted].astype(np.int32)
    return rows.reshape(steps, BATCH_SIZE)
