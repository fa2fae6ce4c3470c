"""The README.md beside an exported SavedModel."""

from collections.abc import Mapping

import tensorflow as tf

from mipae_tf.data_builders.recorded.geometry import Geometry
from mipae_tf.models import VideoModel
from mipae_tf.serving.request_checks import Axes


def export_page(
    model: VideoModel,
    dataset: str,
    geometry: Geometry,
    inputs: Mapping[str, Mapping[str, tuple[tf.DType, Axes]]],
    max_frames: int,
) -> str:
    """Text that says what the endpoints take.

    Args:
        model: the exported model.
        dataset: name of the training dataset.
        geometry: how the frames of the training were made from videos.
        inputs: types and axes of the inputs of each endpoint.
        max_frames: maximum number of frames in a request or response.
    """
    lines = [
        f"# {model.title}",
        "",
        f"A SavedModel of mipae_tf, trained on {dataset}.",
        "",
        "## Frames",
        "",
        f"uint8, RGB or grey: {geometry}.",
        "",
        "Make the frames of a request in the same way: the model has seen no "
        "others.",
        "In Python, "
        f"`mipae_tf.data_builders.recorded.geometry.{geometry!r}.frames(path)` "
        "does it.",
        "",
        "## Endpoints",
        "",
        "| endpoint | input | type | shape |",
        "|---|---|---|---|",
    ]
    for name, fields in inputs.items():
        for field, (dtype, axes) in fields.items():
            shape = ", ".join(map(str, axes))
            lines.append(f"| `{name}` | `{field}` | {dtype.name} | [{shape}] |")
    lines += [
        "",
        f"A request may contain or ask for {max_frames:,} frames at most.",
    ]
    return "\n".join(lines) + "\n"
