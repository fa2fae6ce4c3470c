"""Variants of the oracle of bars."""

import tensorflow as tf
from evaluation.world import Oracle

from mipae_tf.models import Latent


class Jittered(Oracle):
    """Codes with a little noise, for estimators of nearest neighbours.

    Enough that float32 codes are seldom equal.
    """

    def encode(self, frames, seed=None):
        # The noise is a function of the frames.
        total = tf.reduce_sum(tf.cast(frames, tf.int32))
        return {
            name: code
            + 0.05 * tf.random.stateless_normal(tf.shape(code), [total, 0])
            for name, code in super().encode(frames).items()
        }


class Exchanged(Jittered):
    """Exchanges the roles of content and pose."""

    @property
    def latents(self):
        return (
            Latent("where", "content", False, (1,)),
            Latent("what", "pose", True, (1,)),
        )

    def encode(self, frames, seed=None):
        codes = super().encode(frames)
        return {"where": codes["where"][:, 0], "what": codes["what"][:, None]}
