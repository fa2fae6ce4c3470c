"""The variational auto-encoder of objects: E_p, E_c and D_obj."""

from typing import NamedTuple

import keras
import tensorflow as tf

from mipae_tf.models.frame_wise import fold_axes
from mipae_tf.models.hierarchical_objects.image_networks import Norm
from mipae_tf.models.hierarchical_objects.image_networks import make_encoder
from mipae_tf.networks.broadcast_decoder import BroadcastDecoder
from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import GaussianHead

# An object that starts opaque hides the background before it shows anything.
FIRST_MASK_LOGIT = -2.0


class Drawn(NamedTuple):
    """Objects in their own coordinates.

    Attributes:
        colors: y, in [0, 1], `[batch, objects, size, size, channel]`.
        masks: m, in [0, 1], `[batch, objects, size, size, 1]`.
    """

    colors: tf.Tensor
    masks: tf.Tensor


class Objects(keras.layers.Layer):
    """E_p and E_c of crops, which share no weights, and D_obj.

    Args:
        config: a `HierarchicalObjectsConfig`.
        channels: channels of a frame.
        norm: normalization of the maps.
        **kwargs: `name` of the layer.
    """

    def __init__(self, config, channels: int, norm: Norm, **kwargs) -> None:
        super().__init__(**kwargs)
        size, width = config.crop_size, config.width
        # [x, x - x̂_back], or x
        seen = channels * (2 if config.crop_residual else 1)
        widths = (width, 2 * width, 4 * width)

        def encoder() -> keras.layers.Layer:
            return make_encoder(size, seen, widths, norm)

        def head(dim: int) -> keras.layers.Layer:
            made = GaussianHead(dim, first_log_scale=-1.0)
            made.build((None, (size // 8) ** 2 * widths[-1]))
            return made

        self.pose_encoder, self.pose_head = encoder(), head(config.pose_dim)
        self.content_encoder = encoder()
        self.content_head = head(config.content_dim)
        self.decoder = BroadcastDecoder(
            size,
            channels + 1,
            width,
            first_bias=(*(0.0,) * channels, FIRST_MASK_LOGIT),
        )
        self.decoder.build((None, config.pose_dim + config.content_dim))
        self.built = True

    def pose(self, crops: tf.Tensor, training: bool = False) -> Gaussian:
        """q(z_p) of crops `[batch, objects, size, size, seen]`."""
        return _encode(self.pose_encoder, self.pose_head, crops, training)

    def content(self, crops: tf.Tensor, training: bool = False) -> Gaussian:
        """q(z_c) of crops `[batch, objects, size, size, seen]`."""
        return _encode(self.content_encoder, self.content_head, crops, training)

    def decode(self, pose: tf.Tensor, content: tf.Tensor) -> Drawn:
        """D_obj.

        Args:
            pose: z_p, `[batch, objects, pose_dim]`.
            content: z_c, `[batch, objects, content_dim]`.
        """
        codes = tf.concat([pose, content], axis=-1)
        maps = tf.sigmoid(fold_axes(2, self.decoder, codes))
        return Drawn(maps[..., :-1], maps[..., -1:])


def _encode(encoder, head, crops: tf.Tensor, training: bool) -> Gaussian:
    return fold_axes(2, lambda x: head(encoder(x, training=training)), crops)
