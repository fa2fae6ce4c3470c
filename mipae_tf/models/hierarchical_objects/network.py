"""The networks of the model, and what they find in frames."""

from typing import Any
from typing import NamedTuple

import keras
import tensorflow as tf

from mipae_tf.models.hierarchical_objects.background import Background
from mipae_tf.models.hierarchical_objects.detector import Detector
from mipae_tf.models.hierarchical_objects.dynamics import PosePredictor
from mipae_tf.models.hierarchical_objects.image_networks import Norm
from mipae_tf.models.hierarchical_objects.objects import Objects
from mipae_tf.models.hierarchical_objects.scene import LEAST_PIXELS
from mipae_tf.models.hierarchical_objects.scene import crop
from mipae_tf.models.hierarchical_objects.scene import merge
from mipae_tf.models.hierarchical_objects.scene import paste
from mipae_tf.models.network_options import network_options
from mipae_tf.models.network_options import require_square
from mipae_tf.networks.gaussian_head import Gaussian

FRAME_SIZES = (16, 32, 64, 128)
Codes = dict[str, tf.Tensor]


class Found(NamedTuple):
    """What is found in frames, in front of a given background.

    Attributes:
        where: z_where, `[batch, objects, 4]`.
        gate: 1 where the detector sees an object, `[batch, objects]`.
        pose: q(z_p), `[batch, objects, pose_dim]`.
        content: q(z_c), `[batch, objects, content_dim]`.
    """

    where: tf.Tensor
    gate: tf.Tensor
    pose: Gaussian
    content: Gaussian


class Layers(NamedTuple):
    """Objects in the frame, each alone, in front of nothing.

    Attributes:
        colors: m_i y_i, `[batch, objects, height, width, channel]`.
        masks: m_i, `[batch, objects, height, width, 1]`.
        own_masks: m_i in the coordinates of the object,
            `[batch, objects, size, size, 1]`.
    """

    colors: tf.Tensor
    masks: tf.Tensor
    own_masks: tf.Tensor

    @property
    def present(self) -> tf.Tensor:
        """1 where the mask of an object is not empty, `[batch, objects]`."""
        pixels = tf.reduce_sum(self.masks, axis=(2, 3, 4))
        return tf.cast(pixels >= LEAST_PIXELS, tf.float32)


class HierarchicalNetwork(keras.layers.Layer):
    """Background, detector, objects and the LSTM of their poses.

    Args:
        config: a `HierarchicalObjectsConfig`.
        frame_shape: (height, width, channel).
        **kwargs: `name` of the layer.

    Raises:
        ValueError: if frames are not square or of another size than those in
            `FRAME_SIZES`.
    """

    def __init__(
        self, config, frame_shape: tuple[int, int, int], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        require_square(frame_shape, FRAME_SIZES)
        height, _, channels = frame_shape
        options = network_options(config, frame_shape)
        norm = Norm(options["norm"], options["synchronized"])
        self.config = config
        self.frame_size = height
        self.background = Background(
            height, channels, config.background_dim, config.width, norm
        )
        self.detector = Detector(config, height, channels, norm)
        self.objects = Objects(config, channels, norm)
        self.predictor = PosePredictor(config)
        self.built = True

    def find(
        self, frames: tf.Tensor, background: tf.Tensor, training: bool = False
    ) -> Found:
        """Objects of frames in front of x̂_back.

        Args:
            frames: x, `[batch, height, width, channel]` in [0, 1].
            background: x̂_back, of the same shape; it receives no gradient.
            training: whether the networks run in training mode.
        """
        config = self.config
        where, gate = self.detector(frames, background, training=training)
        seen = frames
        if config.crop_residual:
            residual = frames - tf.stop_gradient(background)
            seen = tf.concat([frames, residual], axis=-1)
        crops = crop(seen, where, config.crop_size)
        return Found(
            where,
            gate,
            self.objects.pose(crops, training),
            self.objects.content(crops, training),
        )

    def draw(
        self,
        where: tf.Tensor,
        pose: tf.Tensor,
        content: tf.Tensor,
        gate: tf.Tensor,
    ) -> Layers:
        """Objects at their places.

        Args:
            where: z_where, `[batch, objects, 4]`.
            pose: z_p, `[batch, objects, pose_dim]`.
            content: z_c, `[batch, objects, content_dim]`.
            gate: factor of the masks, `[batch, objects]`.
        """
        colors, masks = self.objects.decode(pose, content)
        masks = masks * gate[..., None, None, None]
        both = tf.concat([colors * masks, masks], axis=-1)
        pasted = paste(both, where, self.frame_size)
        return Layers(pasted[..., :-1], pasted[..., -1:], masks)

    def merge(self, background: tf.Tensor, layers: Layers) -> tf.Tensor:
        """Eq. 3: the frames `[batch, height, width, channel]`."""
        normalized = self.config.overlap == "normalized"
        return merge(background, layers.colors, layers.masks, normalized)

    def encode_frames(self, frames: tf.Tensor) -> Codes:
        """The codes of single frames, which are those of their clips in turn.

        Args:
            frames: float `[batch, height, width, channel]`.

        Returns:
            `z_back` `[batch, background_dim]`; `z_content`, `z_where`,
            `z_pose` and `z_presence`, `[batch, objects, dim]`. An object is
            present (1) if the detector sees it and its mask is not empty.
        """
        back = self.background.encode(frames).mean
        found = self.find(frames, self.background.decode(back))
        pose, content = found.pose.mean, found.content.mean
        layers = self.draw(found.where, pose, content, found.gate)
        return {
            "z_back": back,
            "z_content": content,
            "z_where": found.where,
            "z_pose": pose,
            "z_presence": layers.present[..., None],
        }

    def decode_frames(self, codes: Codes) -> tf.Tensor:
        """Frames in [0, 1] of codes as `encode_frames` returns them."""
        background = self.background.decode(codes["z_back"])
        frames = self.merge(background, self.layers(codes))
        return tf.clip_by_value(frames, 0.0, 1.0)

    def layers(self, codes: Codes) -> Layers:
        """Objects of codes as `encode_frames` returns them."""
        return self.draw(
            codes["z_where"],
            codes["z_pose"],
            codes["z_content"],
            codes["z_presence"][..., 0],
        )
