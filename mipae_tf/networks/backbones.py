"""Backbones: named sets of encoders and a decoder."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from mipae_tf.networks.blending import BlendingDecoder
from mipae_tf.networks.content_filter_decoder import ContentFilterDecoder
from mipae_tf.networks.dcgan_decoder import DCGANDecoder
from mipae_tf.networks.dcgan_encoder import DCGANEncoder
from mipae_tf.networks.encoder import Encoder
from mipae_tf.networks.frame_decoder import FrameDecoder
from mipae_tf.networks.keypoint_encoder import KeypointEncoder
from mipae_tf.networks.layers import require_choice
from mipae_tf.networks.plain_encoder import PlainEncoder
from mipae_tf.networks.point_decoder import PointDecoder
from mipae_tf.networks.point_encoder import VALUES_PER_POINT
from mipae_tf.networks.point_encoder import PointEncoder
from mipae_tf.networks.pooled_encoder import PooledEncoder
from mipae_tf.networks.resnet_encoder import ResNetEncoder
from mipae_tf.networks.vgg_decoder import VGGDecoder
from mipae_tf.networks.vgg_encoder import VGGEncoder

AnyEncoder = Encoder | PlainEncoder
AnyDecoder = FrameDecoder | BlendingDecoder
# How frames are made, see `BlendingDecoder`.
OUTPUTS = ("drawn", "blended", "moved")
OUTPUT_HELP = (
    "How a frame is decoded. drawn: from the codes. blended: a mask chooses "
    "between a drawing and the pixels of the last context frame. moved: it "
    "also chooses pixels of that frame that are moved. point_motion (MIPAE and "
    "DRNET): those pixels follow the points of the pose; needs "
    "--backbone=points and --reference_pose."
)
# For a pose of points, and a decoder that is given that of the known frame.
POINT_MOTION = "point_motion"


@dataclasses.dataclass(frozen=True)
class Backbone:
    """The networks between frames and codes.

    Attributes:
        content_encoder: class of the content encoder.
        pose_encoder: class of the pose encoder.
        decoder: class of the decoder.
        frame_sizes: heights and widths of frames that all three support.
        uses_skips: whether the decoder uses skip maps of the content encoder.
    """

    content_encoder: type[AnyEncoder]
    pose_encoder: type[AnyEncoder]
    decoder: type[FrameDecoder]
    frame_sizes: tuple[int, ...]
    uses_skips: bool


BACKBONES: Mapping[str, Backbone] = {
    # Of this library: works on coordinates; trains fastest on small machines.
    "coordinate": Backbone(
        content_encoder=PooledEncoder,
        pose_encoder=KeypointEncoder,
        decoder=ContentFilterDecoder,
        frame_sizes=(32, 64, 128),
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
    # Of this library, for recorded video: the pose is where points are.
    "points": Backbone(
        content_encoder=DCGANEncoder,
        pose_encoder=PointEncoder,
        decoder=PointDecoder,
        frame_sizes=(64, 128),
        uses_skips=True,
    ),
    # Default of the PyTorch code of DRNET.
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


def skip_maps(
    encoder: AnyEncoder, decoder: AnyDecoder, frames: tf.Tensor, training: bool
) -> tuple[tf.Tensor, list[tf.Tensor] | None]:
    """Codes of frames, and their skip maps for `decoder`, or None."""
    inner = decoder.decoder if decoder.blends else decoder
    if inner.skips:
        codes, maps = encoder.with_skips(frames, training=training)
    else:
        codes, maps = encoder(frames, training=training), None
    return codes, [frames, *(maps or [])] if decoder.blends else maps


def find_backbone(name: str, frame_size: int) -> Backbone:
    """Returns the backbone of a name, and checks the frame size.

    Raises:
        ValueError: if the name is unknown, or the frame size not supported.
    """
    require_choice("--backbone", name, BACKBONES)
    backbone = BACKBONES[name]
    if frame_size not in backbone.frame_sizes:
        sizes = " or ".join(str(size) for size in backbone.frame_sizes)
        raise ValueError(
            f"--backbone={name} needs frames of {sizes} pixels, got "
            f"{frame_size}."
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
    """Creates an encoder of a backbone, without building it.

    Args:
        backbone: a key of `BACKBONES`.
        role: 'content' or 'pose'.
        code_dim: length of a code.
        frame_size: height and width of the frames in pixels.
        **options: `width`, `norm`, `activation`, `synchronized`, `dtype` and
            `name`, see `Encoder`.

    Raises:
        ValueError: if the backbone, role or value of an option is unknown, or
            the backbone does not support the frame size.
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
    output: str = "drawn",
    **options: Any,
) -> AnyDecoder:
    """Creates the decoder of a backbone, without building it.

    Args:
        backbone: a key of `BACKBONES`.
        channels: channels of a frame.
        frame_size: height and width of the frames in pixels.
        pose_dim: number of dimensions at the end of a code that are pose, for
            decoders that process pose separately.
        output: 'drawn' by the decoder; or 'blended', 'moved' or, for points,
            'point_motion', see `BlendingDecoder`. For the last, `pose_dim` is
            that of two poses.
        **options: `width`, `norm`, `synchronized`, `dtype` and `name`, see
            `Decoder`.

    Raises:
        ValueError: as in `make_encoder`.
    """
    require_choice("output", output, (*OUTPUTS, POINT_MOTION))
    entry = find_backbone(backbone, frame_size)
    blends, moves = output != "drawn", output in ("moved", POINT_MOTION)
    points = 0
    if output == POINT_MOTION:
        points = pose_dim // 2 // VALUES_PER_POINT
    if blends:
        channels = BlendingDecoder.maps_per_frame(channels, moves, points)
    if entry.decoder in (ContentFilterDecoder, PointDecoder):
        options["pose_dim"] = pose_dim
    else:
        options["skips"] = entry.uses_skips
    decoder = entry.decoder(channels, frame_size=frame_size, **options)
    return BlendingDecoder(decoder, moves, points) if blends else decoder
