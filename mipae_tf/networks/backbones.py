"""Which encoders and decoder go together, by name."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from mipae_tf.networks.content_filter_decoder import ContentFilterDecoder
from mipae_tf.networks.dcgan_decoder import DCGANDecoder
from mipae_tf.networks.dcgan_encoder import DCGANEncoder
from mipae_tf.networks.decoder import Decoder
from mipae_tf.networks.encoder import Encoder
from mipae_tf.networks.keypoint_encoder import KeypointEncoder
from mipae_tf.networks.layers import require_choice
from mipae_tf.networks.plain_encoder import PlainEncoder
from mipae_tf.networks.pooled_encoder import PooledEncoder
from mipae_tf.networks.resnet_encoder import ResNetEncoder
from mipae_tf.networks.vgg_decoder import VGGDecoder
from mipae_tf.networks.vgg_encoder import VGGEncoder

AnyEncoder = Encoder | PlainEncoder
AnyDecoder = Decoder | ContentFilterDecoder


@dataclasses.dataclass(frozen=True)
class Backbone:
    """The networks between frames and codes.

    Attributes:
        content_encoder: class of the encoder of what stays.
        pose_encoder: class of the encoder of what moves.
        decoder: class of the decoder.
        frame_sizes: heights and widths of frames that all three take.
        uses_skips: whether the decoder takes the content encoder's maps.
    """

    content_encoder: type[AnyEncoder]
    pose_encoder: type[AnyEncoder]
    decoder: type[AnyDecoder]
    frame_sizes: tuple[int, ...]
    uses_skips: bool


BACKBONES: Mapping[str, Backbone] = {
    # Ours: coordinates in, coordinates out; learns soonest on small machines.
    "coordinate": Backbone(
        content_encoder=PooledEncoder,
        pose_encoder=KeypointEncoder,
        decoder=ContentFilterDecoder,
        frame_sizes=(64, 128),
        uses_skips=False,
    ),
    # MIPAE on moving digits and sprites.
    "dcgan": Backbone(
        content_encoder=DCGANEncoder,
        pose_encoder=DCGANEncoder,
        decoder=DCGANDecoder,
        frame_sizes=(64, 128),
        uses_skips=False,
    ),
    # What the PyTorch code of DRNET runs by default.
    "dcgan_skips": Backbone(
        content_encoder=DCGANEncoder,
        pose_encoder=DCGANEncoder,
        decoder=DCGANDecoder,
        frame_sizes=(64, 128),
        uses_skips=True,
    ),
    # MIPAE on MPI3D, DRNET on KTH.
    "vgg_resnet": Backbone(
        content_encoder=VGGEncoder,
        pose_encoder=ResNetEncoder,
        decoder=VGGDecoder,
        frame_sizes=(64, 128),
        uses_skips=True,
    ),
}


def find_backbone(name: str, frame_size: int) -> Backbone:
    """The backbone of a name, if it takes frames of that size.

    Raises:
        ValueError: on an unknown name, or on another frame size.
    """
    require_choice("--backbone", name, BACKBONES)
    backbone = BACKBONES[name]
    if frame_size not in backbone.frame_sizes:
        sizes = " or ".join(str(size) for size in backbone.frame_sizes)
        raise ValueError(
            f"--backbone={name} takes frames of {sizes} pixels, got frames "
            f"of {frame_size}."
        )
    return backbone


def make_encoder(
    backbone: str,
    role: str,
    code_dim: int,
    *,
    frame_size: int = 64,
    **options: Any,
) -> AnyEncoder:
    """An encoder of a backbone, unbuilt.

    Args:
        backbone: a key of `BACKBONES`.
        role: 'content' or 'pose'.
        code_dim: length of a code.
        frame_size: height and width of the frames in pixels.
        **options: `width`, `norm`, `activation`, `synchronized`, `dtype` and
            `name`, as of `Encoder`.

    Raises:
        ValueError: on an unknown backbone, role or option's value, or on a
            frame size that the backbone does not take.
    """
    require_choice("role", role, ("content", "pose"))
    entry = find_backbone(backbone, frame_size)
    encoders = {"content": entry.content_encoder, "pose": entry.pose_encoder}
    return encoders[role](code_dim, frame_size=frame_size, **options)


def make_decoder(
    backbone: str,
    channels: int,
    *,
    frame_size: int = 64,
    pose_dim: int = 0,
    **options: Any,
) -> AnyDecoder:
    """The decoder of a backbone, unbuilt.

    Args:
        backbone: a key of `BACKBONES`.
        channels: channels of a frame.
        frame_size: height and width of the frames in pixels.
        pose_dim: how many of the last numbers of a code are pose, for
            decoders that treat it by itself.
        **options: `width`, `norm`, `synchronized`, `dtype` and `name`, as of
            `Decoder`.

    Raises:
        ValueError: as `make_encoder`.
    """
    entry = find_backbone(backbone, frame_size)
    if entry.decoder is ContentFilterDecoder:
        options["pose_dim"] = pose_dim
    else:
        options["skips"] = entry.uses_skips
    return entry.decoder(channels, frame_size=frame_size, **options)
