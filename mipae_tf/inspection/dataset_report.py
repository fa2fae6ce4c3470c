"""A dataset in numbers and pictures."""

import pathlib
from collections.abc import Sequence

import numpy as np
import tensorflow_datasets as tfds

from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.data import open_clips
from mipae_tf.data.datasets import open_builder
from mipae_tf.data.sources import spread_order
from mipae_tf.files import expand_home
from mipae_tf.files import make_folder
from mipae_tf.files import write_file
from mipae_tf.inspection.pictures import clips_with_factors
from mipae_tf.inspection.pictures import factor_histograms
from mipae_tf.visual.animation import encode_gif
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.png import encode_png

# Clips whose factors are counted.
COUNTED_CLIPS = 500
# Clips in the animation.
ANIMATED_CLIPS = 4


def inspect_dataset(
    dataset: str,
    output: str | pathlib.Path,
    split: str = "train",
    clips: int = 8,
    data_dir: str | None = None,
    manual_dir: str | None = None,
) -> str:
    """Describes a dataset, and writes pictures of it.

    Writes `contact_sheet.png` (clips as rows of frames), `clips.gif` (clips
    with the values of their factors) and, if the dataset has factors,
    `factors.png` (a histogram of each). At most `COUNTED_CLIPS` clips are
    read; those that are drawn are spread over them, or are of different videos
    where the dataset says which video a clip is of.

    Args:
        dataset: `name` or `name/config`; built if it is missing.
        output: folder to write in.
        split: the split shown.
        clips: number of clips on the contact sheet.
        data_dir: data folder of tfds; None for its default.
        manual_dir: folder of manually downloaded files.

    Returns:
        Text with the sizes of the splits and the factors.

    Raises:
        ValueError: if the dataset or the split does not exist.
    """
    found = open_clips(dataset, split, data_dir, manual_dir, COUNTED_CLIPS)
    builder = open_builder(dataset, data_dir)
    names = {
        factor.name: value_names(builder, factor) for factor in found.factors
    }
    shown = found.take(drawn_clips(found, clips))
    folder = make_folder(expand_home(str(output)))
    sheet = strip(list(shown.video), _labels(shown, builder))
    animation = clips_with_factors(shown.take(slice(ANIMATED_CLIPS)), names)
    write_file(folder / "contact_sheet.png", encode_png(sheet))
    write_file(folder / "clips.gif", encode_gif(animation))
    written = ["contact_sheet.png", "clips.gif"]
    if found.factors_of():
        picture = factor_histograms(found, names)
        write_file(folder / "factors.png", picture)
        written.append("factors.png")
    return "\n".join(
        [
            *_sizes(dataset, builder, found),
            *_factor_lines(found, names),
            *(
                [f"factors.png counts {len(found):,} clips of {split}"]
                if found.factors_of()
                else []
            ),
            f"Written to {folder}: {', '.join(written)}",
        ]
    )


def drawn_clips(clips: Clips, count: int) -> np.ndarray:
    """Indices of at most `count` clips of different videos, if these are known.

    Otherwise, clips that are evenly spread.
    """
    count = min(count, len(clips))
    videos = clips.sources if clips.recordings is None else clips.recordings
    if videos is None:
        return np.linspace(0, len(clips) - 1, count).astype(int)
    return spread_order(videos)[:count]


def _labels(clips: Clips, builder: tfds.core.DatasetBuilder) -> list[str]:
    """A label for each clip: the name of its video, or a number."""
    names = (builder.info.metadata or {}).get("recordings")
    if not names or clips.recordings is None:
        return [f"clip {number}" for number in range(1, len(clips) + 1)]
    return [names[index] for index in clips.recordings]


def value_names(
    builder: tfds.core.DatasetBuilder, factor: Factor
) -> Sequence[str] | None:
    """Names of the values of a class, where the dataset has them."""
    features = builder.info.features or {}
    group = features[factor.group] if factor.group in features else {}
    feature = group[factor.name] if factor.name in group else None
    feature = getattr(feature, "feature", feature)  # of a sequence of classes
    if isinstance(feature, tfds.features.ClassLabel):
        return feature.names
    return None


def _sizes(
    dataset: str, builder: tfds.core.DatasetBuilder, clips: Clips
) -> list[str]:
    height, width, channels = clips.frame_shape
    size = int(builder.info.dataset_size) / 2**20
    splits = ", ".join(
        f"{name} {split.num_examples:,}"
        for name, split in builder.info.splits.items()
    )
    return [
        f"{dataset} {builder.version}: {size:,.1f} MiB in {builder.data_dir}",
        f"Clips: {splits}",
        f"Each has {clips.length} frames of {height} x {width} pixels, "
        f"{channels} channel{'s' if channels > 1 else ''}",
    ]


def _factor_lines(
    clips: Clips, names: dict[str, Sequence[str] | None]
) -> list[str]:
    factors = clips.factors_of()
    lines = ["Factors:" if factors else "No factors are known."]
    for factor in factors:
        parts = [
            factor.kind,
            "per frame" if factor.per_frame else "constant",
            "" if factor.size is None else f"{factor.size} values",
            "" if factor.object is None else f"object {factor.object}",
        ]
        values = names[factor.name]
        if values and len(values) <= 10 and not values[0].isdigit():
            parts.append(", ".join(values))
        text = "; ".join(part for part in parts if part)
        lines.append(f"  {factor.name}: {text}")
    if clips.instance:
        lines.append(f"Where clips come from: {', '.join(clips.instance)}")
    return lines
