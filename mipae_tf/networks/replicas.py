"""The replicas that share a global batch."""

import tensorflow as tf


def replica_place() -> tuple[tf.Tensor | int, int]:
    """Index of this replica and number of replicas; (0, 1) on one device."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return 0, 1
    index = tf.cast(context.replica_id_in_sync_group, tf.int32)
    return index, context.num_replicas_in_sync


def of_all_replicas(own: tf.Tensor) -> tf.Tensor:
    """Gathers `[batch, ...]` of all replicas to `[replicas * batch, ...]`.

    No gradient flows back to any replica.
    """
    own = tf.stop_gradient(own)
    if replica_place()[1] == 1:
        return own
    return tf.distribute.get_replica_context().all_gather(own, axis=0)
