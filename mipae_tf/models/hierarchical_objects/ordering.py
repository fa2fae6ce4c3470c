"""Eq. 9 and 10: objects are followed over time, and their contents averaged."""

import itertools
from typing import NamedTuple

import tensorflow as tf

from mipae_tf.models.hierarchical_objects.scene import WHERE_DIM
from mipae_tf.models.hierarchical_objects.scene import content_distances

Codes = dict[str, tf.Tensor]
# Preference for pairs of objects that are both present; above all distances.
PAIRED = 1e4


class Tracks(NamedTuple):
    """What is known of the objects of a clip after some of its frames.

    Attributes:
        back: mean z_back, `[batch, background_dim]`.
        frames: number of frames, `[batch, 1]`.
        content: mean z_c, over the frames in which an object is present,
            `[batch, objects, content_dim]`.
        seen: number of these frames, `[batch, objects, 1]`.
        pose: the last (z_where, z_p), `[batch, objects, 4 + pose_dim]`.
        change: its last difference d_t, of the same shape.
    """

    back: tf.Tensor
    frames: tf.Tensor
    content: tf.Tensor
    seen: tf.Tensor
    pose: tf.Tensor
    change: tf.Tensor

    @property
    def presence(self) -> tf.Tensor:
        """1 for objects present in half of the frames, `[batch, objects, 1]`.

        Before the first frame, no object is present.
        """
        half = 0.5 * tf.maximum(self.frames, 1.0)[:, None]
        return tf.cast(self.seen >= half, tf.float32)


def no_tracks(codes: Codes) -> Tracks:
    """The tracks before the first frame.

    Args:
        codes: codes of a frame, which give the shapes.
    """
    back, content = codes["z_back"], codes["z_content"]
    pose = tf.zeros_like(
        tf.concat([codes["z_where"], codes["z_pose"]], axis=-1)
    )
    return Tracks(
        tf.zeros_like(back),
        tf.zeros_like(back[:, :1]),
        tf.zeros_like(content),
        tf.zeros_like(content[..., :1]),
        pose,
        pose,
    )


def follow(
    tracks: Tracks, codes: Codes, position_weight: float
) -> tuple[Tracks, Codes]:
    """The tracks after one more frame, and its codes in their order.

    The order minimizes the sum of squared distances of the contents to the
    mean contents so far, plus `position_weight` times those of the positions.
    First, as many objects as possible that are present now follow objects that
    were present before. An absent object keeps its pose.

    Args:
        tracks: the tracks before.
        codes: `z_back` `[batch, background_dim]`, and `z_content`, `z_where`,
            `z_pose`, `z_presence`, `[batch, objects, dim]`.
        position_weight: weight of the positions.
    """
    known = tf.cast(tracks.seen > 0.0, tf.float32)  # [batch, objects, 1]
    order = _order(tracks, codes, known, position_weight)
    codes = {
        name: code if name == "z_back" else tf.gather(code, order, batch_dims=1)
        for name, code in codes.items()
    }
    now = codes["z_presence"]
    given = tf.concat([codes["z_where"], codes["z_pose"]], axis=-1)
    held = known * (1.0 - now)
    pose = held * tracks.pose + (1.0 - held) * given
    frames, seen = tracks.frames + 1.0, tracks.seen + now
    content = (codes["z_content"] - tracks.content) / tf.maximum(seen, 1.0)
    # Until it is seen, the content is that of the frame.
    weight = tf.maximum(now, 1.0 - tf.cast(seen > 0.0, tf.float32))
    after = Tracks(
        tracks.back + (codes["z_back"] - tracks.back) / frames,
        frames,
        tracks.content + weight * content,
        seen,
        pose,
        known * now * (pose - tracks.pose),
    )
    where, rest = pose[..., :WHERE_DIM], pose[..., WHERE_DIM:]
    return after, {**codes, "z_where": where, "z_pose": rest}


def _order(
    tracks: Tracks, codes: Codes, known: tf.Tensor, position_weight: float
) -> tf.Tensor:
    """The object of the frame that follows each track, `[batch, objects]`."""
    cost = content_distances(tracks.content, codes["z_content"])
    cost += position_weight * content_distances(
        tracks.pose[..., 2:WHERE_DIM], codes["z_where"][..., 2:]
    )
    both = known * codes["z_presence"][:, None, :, 0]
    return assign(both * (cost - PAIRED))


def assign(cost: tf.Tensor) -> tf.Tensor:
    """The assignment of columns to rows with the smallest sum.

    The best assignment of the first k rows to each set of k columns follows
    from those of k - 1 rows. That needs 2^n sets instead of n! permutations
    and, unlike `scipy.optimize.linear_sum_assignment`, can be exported.

    Args:
        cost: `[batch, n, n]`.

    Returns:
        The column of each row, int32 `[batch, n]`.
    """
    size = cost.shape[-1]
    nothing = tf.zeros_like(cost[:, 0, 0])
    empty = tf.zeros_like(cost[:, 0, :0], tf.int32)
    best = {(): (nothing, empty)}
    for row in range(size):
        for columns in itertools.combinations(range(size), row + 1):
            totals, orders = [], []
            for last in reversed(columns):  # of equal ones, the order as is
                rest = tuple(c for c in columns if c != last)
                total, order = best[rest]
                totals.append(total + cost[:, row, last])
                column = tf.fill([tf.shape(cost)[0], 1], last)
                orders.append(tf.concat([order, column], axis=1))
            total = tf.stack(totals, axis=1)  # [batch, row + 1]
            order = tf.stack(orders, axis=1)  # [batch, row + 1, row + 1]
            pick = tf.argmin(total, axis=1)
            best[columns] = (
                tf.reduce_min(total, axis=1),
                tf.gather(order, pick, batch_dims=1),
            )
    return best[tuple(range(size))][1]
