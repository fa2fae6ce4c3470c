"""The variational auto-encoder of backgrounds: E_back and D_back."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.models.hierarchical_objects.image_networks import Norm
from mipae_tf.models.hierarchical_objects.image_networks import frame_widths
from mipae_tf.models.hierarchical_objects.image_networks import make_decoder
from mipae_tf.models.hierarchical_objects.image_networks import make_encoder
from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import GaussianHead


class Background(keras.layers.Layer):
    """E_back and D_back. Nothing but the code leads from one to the other.

    Args:
        frame_size: height and width of a frame.
        channels: channels of a frame.
        code_dim: size of z_back.
        width: channels of the first convolution.
        norm: normalization of the maps.
        **kwargs: `name` of the layer.
    """

    def __init__(
        self,
        frame_size: int,
        channels: int,
        code_dim: int,
        width: int,
        norm: Norm,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        widths = frame_widths(frame_size, width)
        self.encoder = make_encoder(frame_size, channels, widths, norm)
        features = self.encoder.compute_output_shape(
            (None, frame_size, frame_size, channels)
        )
        self.head = GaussianHead(code_dim, first_log_scale=-1.0)
        self.head.build(features)
        self.decoder = make_decoder(frame_size, code_dim, channels, width, norm)
        self.built = True

    def encode(self, frames: tf.Tensor, training: bool = False) -> Gaussian:
        """q(z_back) of frames `[batch, height, width, channel]`."""
        return self.head(self.encoder(frames, training=training))

    def decode(self, codes: tf.Tensor, training: bool = False) -> tf.Tensor:
        """x̂_back in [0, 1] of codes `[batch, background_dim]`."""
        return self.decoder(codes, training=training)
