"""A classifier of factors, trained on real frames, for generated frames."""

import io
import pathlib
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from mipae_tf.cli.screen import progress
from mipae_tf.cli.screen import say
from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.files import UNREADABLE
from mipae_tf.files import describe
from mipae_tf.files import write_file
from mipae_tf.judging.network import JudgeNetwork
from mipae_tf.metrics.absent_metric import AbsentMetric

STEPS = 2_000
BATCH_SIZE = 32
# Number of training clips for the judge.
CLIPS = 4_000
# Frames classified in one call.
FRAMES_PER_CALL = 1_000


class Judge:
    """Predicts classes and positions of objects from a frame.

    Args:
        classes: factors with a size; each value is a class.
        places: positions with a size, in steps of the factor.
        frame_shape: (height, width, channel).
        seed: seed of the initial weights.
    """

    def __init__(
        self,
        classes: Sequence[Factor],
        places: Sequence[Factor],
        frame_shape: tuple[int, int, int],
        seed: int,
    ) -> None:
        self.classes = {factor.name: factor for factor in classes}
        self.places = {factor.name: factor for factor in places}
        self.network = JudgeNetwork(classes, places)
        self.network(np.zeros((1, *frame_shape), np.uint8))
        generator = np.random.default_rng(seed)
        for variable in self.network.trainable_variables:
            # The Keras initializers would depend on the global seed.
            if "kernel" in variable.name:
                scale = np.sqrt(2 / np.prod(variable.shape[:-1]))
                values = scale * generator.standard_normal(variable.shape)
                variable.assign(values)

    def judge(
        self, frames: np.ndarray
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """p(y|x) `[frames, values]` of each class, and positions `[frames]`.

        Args:
            frames: uint8 `[frames, height, width, channel]`.
        """
        pieces = [
            self._judged(tf.constant(frames[start : start + FRAMES_PER_CALL]))
            for start in range(0, len(frames), FRAMES_PER_CALL)
        ]
        logits, places = zip(*pieces, strict=True)
        steps = np.array([place.size - 1 for place in self.places.values()])
        found = np.concatenate(places)[:, : len(steps)] * steps
        classes = [np.concatenate(parts) for parts in zip(*logits, strict=True)]
        return (
            dict(zip(self.classes, classes, strict=True)),
            dict(zip(self.places, found.T, strict=True)),
        )

    @tf.function(reduce_retracing=True)
    def _judged(self, frames):
        logits, places = self.network(frames)
        return [tf.nn.softmax(part) for part in logits], places


def train_judge(
    judge: Judge,
    clips: Clips,
    seed: int,
    steps: int,
    rows: np.ndarray | None = None,
) -> None:
    """Trains the judge on single frames, with their factors as targets.

    Args:
        judge: an untrained judge.
        clips: training clips. If they are memory-mapped, only frames that are
            drawn are read.
        seed: seed of the choice of frames.
        steps: number of steps.
        rows: indices of the clips that frames are drawn from; all when None.
    """
    among = np.arange(len(clips)) if rows is None else rows
    optimizer = keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(2e-3, steps)
    )
    optimizer.build(judge.network.trainable_variables)
    generator = np.random.default_rng(seed)
    scale = np.array([p.size - 1 for p in judge.places.values()] or [1])

    @tf.function
    def update(frames, labels, places):
        with tf.GradientTape() as tape:
            logits, found = judge.network(frames, training=True)
            losses = [
                tf.nn.sparse_softmax_cross_entropy_with_logits(own, part)
                for part, own in zip(logits, labels, strict=True)
            ]
            loss = tf.add_n([tf.reduce_mean(part) for part in losses])
            if judge.places:
                loss += 100 * tf.reduce_mean(tf.square(found - places))
        variables = judge.network.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)

    for _ in progress(range(steps), "training the judge", "step"):
        rows = among[generator.integers(len(among), size=BATCH_SIZE)]
        times = generator.integers(clips.length, size=BATCH_SIZE)
        drawn = {
            name: clips.values[name][(rows, times) if f.per_frame else rows]
            for name, f in {**judge.classes, **judge.places}.items()
        }
        places = [drawn[name] for name in judge.places] or [
            np.zeros(BATCH_SIZE)
        ]
        update(
            tf.constant(clips.video[rows, times]),
            [tf.constant(drawn[name], tf.int32) for name in judge.classes],
            tf.constant(np.stack(places, axis=1) / scale, tf.float32),
        )


def judge_for(clips: Clips, seed: int) -> Judge:
    """Creates an untrained judge for the factors of clips.

    Raises:
        AbsentMetric: if no factor of the clips can be determined from a frame.
    """
    known = [
        factor
        for factor in clips.factors_of()
        if factor.size is not None and not _is_undecidable(factor, clips)
    ]
    if not known:
        raise AbsentMetric(f"{clips.name} has no factors that a judge can use.")
    places = [f for f in known if f.kind == "position" and f.per_frame]
    classes = [factor for factor in known if factor not in places]
    return Judge(classes, places, clips.frame_shape, seed)


def _is_undecidable(factor: Factor, clips: Clips) -> bool:
    """Whether a frame cannot show which of several objects is meant.

    Colours distinguish objects; grey frames do not.
    """
    objects = {f.object for f in clips.factors_of()} - {None}
    several = factor.object is not None and len(objects) > 1
    return several and clips.frame_shape[-1] == 1


def save_judge(judge: Judge, path: pathlib.Path) -> None:
    """Writes the weights atomically."""
    data = io.BytesIO()
    np.savez(data, *judge.network.get_weights())
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, data.getvalue())


def restore_judge(judge: Judge, path: pathlib.Path) -> bool:
    """Loads the weights if the file matches; returns whether it does."""
    if not path.exists():
        return False
    try:
        with np.load(path) as arrays:
            weights = [arrays[name] for name in arrays]
    except UNREADABLE as error:
        say(f"{path} is damaged; a judge is trained again ({describe(error)})")
        return False
    shapes = [array.shape for array in judge.network.get_weights()]
    if [array.shape for array in weights] != shapes:
        return False  # a judge of other factors
    judge.network.set_weights(weights)
    return True
