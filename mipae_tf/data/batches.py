"""Batches that are a pure function of (seed, step)."""

import functools
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from mipae_tf.data.frame_plan import FramePlan

# One array, or a mapping of such; mappings may hold mappings.
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

    The clips of a batch and their frame times depend on seed and step alone:
    a run that goes on at step n sees what an uninterrupted run would have
    seen, and saves no iterator for it.

    Args:
        arrays: `[clips, time, ...]`, or a mapping of such arrays (several
            streams, or cached latents), all with the same two first axes.
        plan: how many clips a batch has and which of their frames.
        seed: key of all draws.
        first_step: the first step wanted.
        last_step: one past the last step wanted.
        parts: number of replicas that share a global batch.
        mine: which of them this dataset serves, one element after another.

    Returns:
        A dataset of tensors `[clips / parts, frames, ...]` in the structure
        of `arrays`.

    Raises:
        ValueError: when the clips are too short for the plan, or a batch
            cannot be shared by so many replicas.
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
        # Whole batches only, so that no clip is twice in one.
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
        """Steps have the even keys, epochs the odd ones."""
        return np.random.Generator(np.random.Philox(key=[self.seed, key]))
