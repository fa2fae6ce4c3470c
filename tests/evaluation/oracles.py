"""Models that know the world of bars, each in its own way."""

import tensorflow as tf
from evaluation.world import Oracle

from mipae_tf.models import Latent


class Jittered(Oracle):
    """Codes that differ a little: neighbours are sought among them.

    By so much that float32 seldom has two of them equal.
    """

    def encode(self, frames, seed=None):
        # Other noise for other frames, and the same for the same ones.
        total = tf.reduce_sum(tf.cast(frames, tf.int32))
        return {
            name: code
            + 0.05 * tf.random.stateless_normal(tf.shape(code), [total, 0])
            for name, code in super().encode(frames).items()
        }


class Exchanged(Jittered):
    """Calls the pose content, and the content pose."""

    @property
    def latents(self):
        return (
            Latent("where", "content", False, (1,)),
            Latent("what", "pose", True, (1,)),
        )

    def encode(self, frames, seed=None):
        codes = super().encode(frames)
        return {"where": codes["where"][:, 0], "what": codes["what"][:, None]}
