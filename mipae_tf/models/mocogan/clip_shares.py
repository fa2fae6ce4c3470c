"""The clips of a step, and which of them each replica has."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from mipae_tf.data.frame_plan import Window
from mipae_tf.networks.replicas import replica_place

# Rows of the global batch for a replica, given its index and their number.
Share = Callable[[int, int], np.ndarray]


@dataclasses.dataclass(frozen=True)
class ClipsForBoth(Window):
    """Windows for both discriminators; D_V sees only the first ones.

    Attributes:
        video_clips: number of clips for D_V.
    """

    video_clips: int = 1

    def share(self, part: int, parts: int) -> np.ndarray:
        """See `FramePlan.share`; a part of the clips for D_V comes first."""
        of_both = len(super().share(part, parts))
        if self.video_clips % parts:
            raise ValueError(
                f"--video_batch_size={self.video_clips} cannot be divided "
                f"among {parts} replicas; it must be a multiple of {parts}."
            )
        others = of_both - self.video_clips // parts
        first = self.video_clips + part * others
        rest = np.arange(first, first + others)
        return np.concatenate([self.video_share(part, parts), rest])

    def video_share(self, part: int, parts: int) -> np.ndarray:
        """Rows of the global batch that D_V sees in a replica."""
        size = self.video_clips // parts
        return np.arange(part * size, (part + 1) * size)


def own_part(draws: Any, share: Share) -> Any:
    """The part of this replica in draws for the global batch.

    The draws of a clip do not depend on the number of replicas.

    Args:
        draws: structure of `[clips of all replicas, ...]`.
        share: rows of the global batch by replica.
    """
    replica, replicas = replica_place()
    if replicas == 1:
        return draws
    table = np.stack([share(part, replicas) for part in range(replicas)])
    rows = tf.gather(tf.constant(table), replica)
    return tf.nest.map_structure(lambda x: tf.gather(x, rows), draws)


def seed_of_replica(key: tf.Tensor) -> tf.Tensor:
    """A seed of this replica only."""
    return tf.random.experimental.stateless_fold_in(key, replica_place()[0])
