"""What a replica knows of the others that share its batch."""

import tensorflow as tf


def replica_place() -> tuple[tf.Tensor | int, int]:
    """Index of this replica, and how many there are; (0, 1) for one device."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return 0, 1
    index = tf.cast(context.replica_id_in_sync_group, tf.int32)
    return index, context.num_replicas_in_sync


def of_all_replicas(own: tf.Tensor) -> tf.Tensor:
    """`[batch, ...]` of every replica, `[replicas * batch, ...]` in order.

    No gradient goes back to the other replicas, nor to this one.
    """
    own = tf.stop_gradient(own)
    if replica_place()[1] == 1:
        return own
    return tf.distribute.get_replica_context().all_gather(own, axis=0)
