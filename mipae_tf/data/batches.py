"""Batches that are a pure function of (seed, step)."""

import functools
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from mipae_tf.data.frame_plan import FramePlan

# An array, or a possibly nested mapping of arrays.
Arrays = np.ndarray | Mapping[str, Any]


def batches(
    arrays: Arrays,
    plan: FramePlan,
    seed: int,
    first_step: int,
    last_step: int,
    parts: int = 1,
    mine: Sequence[int] = (0,),
) -> tf.data.Dataset:
    """The batches of steps `first_step` to `last_step - 1`.

    The clips of a batch and their frame times depend only on seed and step. A
    run that is resumed at step n gets the same batches as an uninterrupted run,
    without saving an iterator.

    Args:
        arrays: `[clips, time, ...]`, or a mapping of such arrays (several
            streams, or cached latents) with the same first two axes.
        plan: number of clips per batch, and choice of their frames.
        seed: seed of all draws.
        first_step: the first step.
        last_step: one past the last step.
        parts: number of replicas that share a global batch.
        mine: indices of the replicas that this dataset serves, with one
            element per replica and step.

    Returns:
        A dataset of tensors `[clips / parts, frames, ...]` in the structure
        of `arrays`.

    Raises:
        ValueError: if the clips are too short for the plan, or a batch cannot
            be divided by the number of replicas.
    """
    flat = tf.nest.flatten(arrays)
    draw = _Draws(plan, seed, *flat[0].shape[:2])
    rows = [plan.share(part, parts) for part in mine]
    example = draw(0)[1][rows[0]]
    types = [tf.as_dtype(array.dtype) for array in flat]

    def gather(index: np.ndarray) -> list[np.ndarray]:
        step, part = divmod(int(index), len(mine))
        clips, times = draw(step)
        clips, times = clips[rows[part], None], times[rows[part]]
        return [array[clips, times] for array in flat]  # [rows, frames, ...]

    def load(index: tf.Tensor):
        tensors = tf.numpy_function(gather, [index], types)
        for tensor, array in zip(tensors, flat, strict=True):
            tensor.set_shape([*example.shape, *array.shape[2:]])
        return tf.nest.pack_sequence_as(arrays, tensors)

    indices = tf.data.Dataset.range(
        first_step * len(mine), last_step * len(mine)
    )
    return indices.map(load, num_parallel_calls=2).prefetch(4 * len(mine))


class _Draws:
    """(seed, step) -> clips `[clips]` and times `[clips, frames]`."""

    def __init__(self, plan, seed: int, count: int, length: int) -> None:
        self.plan, self.seed = plan, seed
        self.count, self.length = count, length
        self.order = functools.lru_cache(maxsize=4)(self._order)

    def __call__(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        size = self.plan.clips
        # Complete batches only, so that no batch contains a clip twice.
        usable = self.count - self.count % size or self.count
        epoch, place = np.divmod(step * size + np.arange(size), usable)
        orders = {e: self.order(e) for e in np.unique(epoch).tolist()}
        pairs = zip(epoch.tolist(), place, strict=True)
        clips = np.array([orders[e][p] for e, p in pairs])
        times = self.plan.times(self.length, self._generator(2 * step))
        return clips, times

    def _order(self, epoch: int) -> np.ndarray:
        return self._generator(2 * epoch + 1).permutation(self.count)

    def _generator(self, key: int) -> np.random.Generator:
        """Random generator of a key: even keys for steps, odd for epochs."""
        return np.random.Generator(np.random.Philox(key=[self.seed, key]))
