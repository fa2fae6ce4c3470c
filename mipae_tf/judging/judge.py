"""A classifier of factors, trained on real frames, that judges drawn ones."""

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
BATCH = 32
# Training clips that a judge learns from.
CLIPS = 4_000
# Frames judged at once.
AT_ONCE = 1_000


class Judge:
    """Names the classes of a frame and says where its objects are.

    Args:
        classes: factors with a size, of whose values each is a class.
        places: positions with a size, in steps of the factor.
        frame_shape: (height, width, channel).
        seed: of the first weights.
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
            # Keras would draw from global state.
            if "kernel" in variable.name:
                scale = np.sqrt(2 / np.prod(variable.shape[:-1]))
                values = scale * generator.standard_normal(variable.shape)
                variable.assign(values)

    def judge(
        self, frames: np.ndarray
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """p(y|x) `[frames, values]` of each class, and places `[frames]`.

        Args:
            frames: uint8 `[frames, height, width, channel]`.
        """
        pieces = [
            self._judged(tf.constant(frames[start : start + AT_ONCE]))
            for start in range(0, len(frames), AT_ONCE)
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


def train_judge(judge: Judge, clips: Clips, seed: int, steps: int) -> None:
    """Trains on single frames of clips, with their factors as targets."""
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
        rows = generator.integers(len(clips), size=BATCH)
        times = generator.integers(clips.length, size=BATCH)
        drawn = {
            name: clips.values[name][(rows, times) if f.per_frame else rows]
            for name, f in {**judge.classes, **judge.places}.items()
        }
        places = [drawn[name] for name in judge.places] or [np.zeros(BATCH)]
        update(
            tf.constant(clips.video[rows, times]),
            [tf.constant(drawn[name], tf.int32) for name in judge.classes],
            tf.constant(np.stack(places, axis=1) / scale, tf.float32),
        )


def judge_for(clips: Clips, seed: int) -> Judge:
    """A judge of the factors of clips, with its first weights.

    Raises:
        AbsentMetric: the clips have no factor that a frame could tell.
    """
    known = [
        factor
        for factor in clips.factors_of()
        if factor.size is not None and not _is_undecidable(factor, clips)
    ]
    if not known:
        raise AbsentMetric(f"{clips.name} knows no factors to judge by.")
    places = [f for f in known if f.kind == "position" and f.per_frame]
    classes = [factor for factor in known if factor not in places]
    return Judge(classes, places, clips.frame_shape, seed)


def _is_undecidable(factor: Factor, clips: Clips) -> bool:
    """Whether nothing in a frame says which of several objects is meant.

    Colours tell objects apart; grey frames do not.
    """
    objects = {f.object for f in clips.factors_of()} - {None}
    several = factor.object is not None and len(objects) > 1
    return several and clips.frame_shape[-1] == 1


def save_judge(judge: Judge, path: pathlib.Path) -> None:
    """Writes the weights, whole or not at all."""
    data = io.BytesIO()
    np.savez(data, *judge.network.get_weights())
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, data.getvalue())


def restore_judge(judge: Judge, path: pathlib.Path) -> bool:
    """Whether the file has weights of such a judge; they are set then."""
    if not path.exists():
        return False
    try:
        with np.load(path) as arrays:
            weights = [arrays[name] for name in arrays]
    except UNREADABLE as error:
        say(f"{path} is damaged; a judge is trained anew ({describe(error)})")
        return False
    shapes = [array.shape for array in judge.network.get_weights()]
    if [array.shape for array in weights] != shapes:
        return False  # of other factors: trained anew
    judge.network.set_weights(weights)
    return True
