"""Trains a scorer of pairs and estimates a bound on held-out pairs."""

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.checks import check_count
from mipae_tf.metrics.checks import check_same_count
from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.disentanglement.scalings import standardisation
from mipae_tf.objectives.mi_bounds import Bound

LEARNING_RATE = 1e-3
# Steps between two evaluations of the validation part.
VALIDATION_INTERVAL = 100
# Marginal partners of each held-out sample, for bounds that do not prescribe
# their number.
HELD_OUT_SHIFTS = 16
# Candidates for each joint pair of a training step, for bounds on all pairs.
MAX_TRAINING_CANDIDATES = 32
# Groups of samples that the jackknife leaves out in turn.
JACKKNIFE_BLOCKS = 20


@dataclasses.dataclass(frozen=True)
class Training:
    """How a scorer is trained.

    Attributes:
        steps: optimizer steps.
        batch: joint pairs per step; limited to the size of the training part.
        candidates: pairs that a bound on all pairs compares in its estimates.
            For training and for choosing the step, it compares at most
            `MAX_TRAINING_CANDIDATES`, and its batch is a quarter as large.
    """

    steps: int
    batch: int
    candidates: int = 2

    def __post_init__(self):
        for field, least in (("steps", 1), ("batch", 2), ("candidates", 2)):
            given = getattr(self, field)
            if given < least:
                raise ValueError(
                    f"{field} must be at least {least}, got {given}."
                )


@dataclasses.dataclass(frozen=True)
class Pairs:
    """One part of the samples, standardised, with its marginal pairs.

    Attributes:
        first: float32 `[samples, dimensions]`.
        second: float32 `[samples, dimensions]`.
        partners: int `[shifts, samples]`, indices into `second` of the
            marginal partners of each sample in `first`.
    """

    first: np.ndarray
    second: np.ndarray
    partners: np.ndarray


def checked_pairs(
    first: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns both codes `[samples, dimensions]` as float64.

    Raises:
      ValueError: if values are not finite, the counts differ, or there are too
        few samples for four in each part.
    """
    first = checked_codes("first", first)
    second = checked_codes("second", second)
    check_same_count(first=first, second=second)
    check_count("The validation part (an eighth)", len(first) // 8)
    return first, second


def split(
    first: np.ndarray,
    second: np.ndarray,
    bound: Bound,
    candidates: int,
    generator: np.random.Generator,
) -> tuple[Pairs, Pairs, Pairs]:
    """Splits the samples at random: 5/8 training, 1/8 validation, 1/4 test.

    Each dimension is standardised with the mean and standard deviation of the
    training part; a dimension that is constant there becomes 0.

    Returns:
      The parts for training, validation and test.
    """
    count = len(first)
    order = generator.permutation(count)
    test, validation, training = np.split(
        order, [count // 4, count // 4 + count // 8]
    )
    chosen_by = min(candidates, MAX_TRAINING_CANDIDATES)
    units = []
    for values in (first, second):
        unit = standardisation(values[training])(values)
        units.append(unit.astype(np.float32))
    return tuple(
        Pairs(
            *(unit[part] for unit in units),
            _partners(len(part), bound, pairs, generator),
        )
        for part, pairs in (
            (training, candidates),
            (validation, chosen_by),
            (test, candidates),
        )
    )


def held_out_bound(
    scorer: keras.layers.Layer,
    heads: Sequence[keras.layers.Dense],
    bound: Bound,
    parts: tuple[Pairs, Pairs, Pairs],
    training: Training,
    generator: np.random.Generator,
    constant: float = 0.0,
) -> dict:
    """Trains the scorer and estimates the bound on the test part.

    Every `VALIDATION_INTERVAL` steps the critic loss is measured on the
    validation part. The weights with the lowest validation loss, including the
    untrained ones, give the estimate on the whole test part.

    Args:
      scorer: a built layer that maps `first` and `second`
        `[pairs, dimensions]` to scores `[pairs]`. Its weights are overwritten.
      heads: its output layers, whose kernels are initialised to zero.
      bound: the bound to train with and to estimate.
      parts: the result of `split`.
      training: number of steps and batch sizes.
      generator: source of the initial weights and the batches.
      constant: initial bias of the first head.

    Returns:
      `value` in nats; `interval`, the 95 % interval over test samples for the
      trained scorer; `count`, the number of test samples; `training_value`,
      the estimate on the training part after the last step; and `step`, the
      step whose weights gave `value`.

    Raises:
      AbsentMetric: if the estimate is not finite.
    """
    _initialise(scorer, heads, constant, generator)
    score = _score_function(scorer, parts[0])

    def validation_loss() -> float:
        return float(bound.critic_loss(*_scores(score, bound, validation)))

    trained, validation, test = parts
    batches = _batches(len(trained.first), bound, training, generator)
    train = _train_function(scorer, bound, trained, batches.shape[1])
    best, least, step = scorer.get_weights(), validation_loss(), 0
    for end in range(
        VALIDATION_INTERVAL,
        training.steps + VALIDATION_INTERVAL,
        VALIDATION_INTERVAL,
    ):
        train(tf.constant(batches[end - VALIDATION_INTERVAL : end]))
        loss = validation_loss()
        if loss < least:
            best, least = scorer.get_weights(), loss
            step = min(end, training.steps)
    training_value = float(bound.penalty(*_scores(score, bound, trained)))
    scorer.set_weights(best)
    joint, marginal = _scores(score, bound, test)
    value = float(bound.penalty(joint, marginal))
    error = _jackknife_error(bound, joint, marginal, test.partners)
    if not np.isfinite([value, error, training_value]).all():
        raise AbsentMetric(
            f"The estimate is not finite: {value} nats on the test part, "
            f"{training_value} on the training part."
        )
    return {
        "value": value,
        "interval": (value - 1.96 * error, value + 1.96 * error),
        "count": len(test.first),
        "training_value": training_value,
        "step": step,
    }


def _partners(
    count: int, bound: Bound, candidates: int, generator: np.random.Generator
) -> np.ndarray:
    """Indices of marginal partners, by cyclic shifts.

    No sample is paired with itself, except for bounds on all pairs: they score
    the joint pair as the first candidate, with a shift of 0.
    """
    wanted = candidates - 1 if bound.all_pairs else HELD_OUT_SHIFTS
    shifts = 1 + generator.permutation(count - 1)[:wanted]
    if bound.all_pairs:
        shifts = np.concatenate([[0], shifts])
    return (np.arange(count) + shifts[:, None]) % count  # [shifts, samples]


def _scores(
    score: Callable, bound: Bound, pairs: Pairs
) -> tuple[np.ndarray, np.ndarray]:
    """Float64 scores: joint `[samples]` and marginal `[shifts, samples]`.

    For bounds on all pairs the marginal scores are `[samples, shifts]`.
    """
    joint = score(pairs.first, pairs.second).numpy().astype(np.float64)
    marginal = [
        score(pairs.first, pairs.second[partners]).numpy()
        for partners in pairs.partners
    ]
    marginal = np.stack(marginal).astype(np.float64)  # [shifts, samples]
    return joint, marginal.T if bound.all_pairs else marginal


def _jackknife_error(
    bound: Bound, joint: np.ndarray, marginal: np.ndarray, partners: np.ndarray
) -> float:
    """Jackknife standard error over blocks of samples.

    Leaving out a sample also leaves out the marginal pairs that contain it,
    except for bounds on all pairs, where the other rows stay complete.
    """
    count = len(joint)
    blocks = np.arange(count) * min(JACKKNIFE_BLOCKS, count) // count
    values = []
    for block in range(blocks[-1] + 1):
        kept = blocks != block
        if bound.all_pairs:
            left = marginal[kept]
        else:
            left = marginal[kept & kept[partners]]
        values.append(float(bound.penalty(joint[kept], left)))
    return float(np.sqrt(len(values) - 1) * np.std(values))


def _initialise(
    scorer: keras.layers.Layer,
    heads: Sequence[keras.layers.Dense],
    constant: float,
    generator: np.random.Generator,
) -> None:
    """He normal kernels, zero biases, and heads with a constant output.

    The Keras initializers would depend on the global seed.
    """
    for variable in scorer.trainable_variables:
        values = np.zeros(variable.shape)
        if len(variable.shape) == 2:
            values = generator.standard_normal(variable.shape)
            values *= np.sqrt(2 / len(values))
        variable.assign(values)
    for head in heads:
        head.kernel.assign(tf.zeros_like(head.kernel))
    heads[0].bias.assign(tf.fill(heads[0].bias.shape, constant))


def _batches(
    count: int,
    bound: Bound,
    training: Training,
    generator: np.random.Generator,
) -> np.ndarray:
    """Indices `[steps, batch]` of shuffled epochs, without partial batches."""
    batch = training.batch
    if bound.all_pairs:
        batch = max(2, batch // 4)
    batch = min(batch, count)
    per_epoch = count // batch
    epochs = [
        generator.permutation(count)[: per_epoch * batch].reshape(-1, batch)
        for _ in range(-(-training.steps // per_epoch))
    ]
    return np.concatenate(epochs)[: training.steps].astype(np.int32)


def _train_function(
    scorer: keras.layers.Layer, bound: Bound, pairs: Pairs, batch: int
) -> Callable[[tf.Tensor], None]:
    """Returns a function that takes one step per row of `[steps, batch]`.

    Batches are in random order, so a shifted batch gives marginal pairs.
    """
    variables = scorer.trainable_variables
    adam = keras.optimizers.Adam(LEARNING_RATE, epsilon=1e-8)
    adam.build(variables)
    all_first, all_second = tf.constant(pairs.first), tf.constant(pairs.second)
    shifts = [1]
    if bound.all_pairs:
        shifts = range(min(MAX_TRAINING_CANDIDATES, batch))
    # The joint pairs, then the marginal ones: [1 + marginals, batch].
    shifted = (np.arange(batch) + np.array([0, *shifts])[:, None]) % batch

    @tf.autograph.experimental.do_not_convert
    def update(indices: tf.Tensor) -> None:
        second = tf.gather(indices, shifted.ravel())
        second = tf.gather(all_second, second)
        # [(1 + marginals) * batch, dimensions]
        first = tf.tile(tf.gather(all_first, indices), [len(shifted), 1])
        with tf.GradientTape() as tape:
            scores = tf.reshape(scorer(first, second), [-1, batch])
            joint, marginal = scores[0], scores[1:]
            if bound.all_pairs:
                marginal = tf.transpose(marginal)  # [batch, marginals]
            loss = bound.critic_loss(joint, marginal)
        gradients = tape.gradient(loss, variables)
        adam.apply_gradients(zip(gradients, variables, strict=True))

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)])
    def train(batches: tf.Tensor) -> None:
        for indices in batches:
            update(indices)

    return train


def _score_function(
    scorer: keras.layers.Layer, pairs: Pairs
) -> Callable[[np.ndarray, np.ndarray], tf.Tensor]:
    """The scorer as one `tf.function` for any number of pairs."""
    signature = [
        tf.TensorSpec([None, codes.shape[1]])
        for codes in (pairs.first, pairs.second)
    ]
    return tf.function(
        lambda first, second: scorer(first, second),
        input_signature=signature,
        autograph=False,
    )
