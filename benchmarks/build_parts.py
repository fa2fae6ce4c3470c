"""Times the parts of a build of drawn datasets, in CPU seconds.

python -m benchmarks.build_parts --doc=docs/speed.md

A clip is sampled (its factors), drawn (frames, masks and boxes), encoded and
written. `ratio` is that of the slowest config: clips that are sampled and
drawn in a CPU second, divided by the aim of 500, for clips of 15 x 64 x 64 x 3.
Frames are encoded as zlib-compressed tensors, as in the builders, and for
comparison as one PNG per frame. Other processes share the machine, so that CPU
time is measured, and the median over rounds is taken.
"""

import pathlib
import statistics
import tempfile
import time
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import tensorflow as tf
import tensorflow_datasets as tfds
from absl import app
from absl import flags
from mipae_tf.data_builders.worlds.clip_builder import ClipBuilder
from tensorflow_datasets.core import file_adapters
from tensorflow_datasets.core import naming
from tensorflow_datasets.core import writer
from tqdm import tqdm

from benchmarks.drawn_scenes import CLIPS
from benchmarks.drawn_scenes import CONFIGS
from benchmarks.drawn_scenes import drawn
from benchmarks.timing import report
from mipae_tf.cli.path_flag import define_path

AIM = 500
BEGIN, END = "<!-- build: begin -->", "<!-- build: end -->"
COLUMNS = {
    "sample": "sampling",
    "draw": "drawing",
    "encode_zlib": "zlib",
    "encode_png": "PNG",
    "write_zlib": "writing zlib",
    "write_png": "writing PNG",
    "read_zlib": "reading zlib",
    "read_png": "reading PNG",
}

NUM_CLIPS = flags.DEFINE_integer(
    "clips", 100, "Clips of a round.", lower_bound=1, upper_bound=CLIPS
)
ROUNDS = flags.DEFINE_integer("rounds", 5, "Rounds.", lower_bound=1)
FRAMES = flags.DEFINE_integer("frames", 15, "Frames per clip.", lower_bound=1)
CHOSEN = flags.DEFINE_list("configs", list(CONFIGS), "Configs to time.")
DOC = define_path("doc", None, "Markdown file to write the table into.")


def cpu_seconds(run: Callable, clips: int) -> tuple[float, Any]:
    """CPU seconds per clip, the median over the rounds, and the result."""
    seconds = []
    for _ in range(ROUNDS.value):
        began = time.process_time()
        result = run()
        seconds.append((time.process_time() - began) / clips)
    return statistics.median(seconds), result


def parts_of(name: str, folder: pathlib.Path) -> dict[str, float]:
    """Seconds per clip of each part, and bytes per clip of each encoding."""
    builder, scene = drawn(name, FRAMES.value, folder)
    count = NUM_CLIPS.value

    def sample() -> None:
        for index in range(count):
            scene.values("train", index)

    def draw() -> None:  # as in a build, none is kept
        for index in range(count):
            scene.clip("train", index)

    scene.clip("train", 0)  # reads files
    sampling, _ = cpu_seconds(sample, count)
    both, _ = cpu_seconds(draw, count)
    clips = [scene.clip("train", index)[1] for index in range(count)]
    found = {"sample": sampling, "draw": both - sampling}
    for encoding, features in _encodings(builder).items():
        timed = _parts_of_files(features, clips, folder)
        found |= {f"{part}_{encoding}": v for part, v in timed.items()}
    return found


def _parts_of_files(
    features: tfds.features.FeaturesDict, clips: list, folder: pathlib.Path
) -> dict[str, float]:
    """Seconds per clip to encode, write and read; and bytes per clip."""

    def encode() -> list[bytes]:
        return [features.serialize_example(clip) for clip in clips]

    count, path = len(clips), folder / "clips.tfrecord"
    encoding, records = cpu_seconds(encode, count)
    writing, _ = cpu_seconds(lambda: _write(records, folder), count)
    with tf.io.TFRecordWriter(str(path)) as file:
        for record in records:
            file.write(record)
    reading, _ = cpu_seconds(lambda: _read(path, features), count)
    return {
        "encode": encoding,
        "write": writing,
        "read": reading,
        "bytes": sum(map(len, records)) / count,
    }


def _encodings(
    builder: ClipBuilder,
) -> dict[str, tfds.features.FeaturesDict]:
    zlib = builder.info.features
    shape = zlib["video"].shape
    png = {**zlib, "video": tfds.features.Video(shape)}
    return {"zlib": zlib, "png": tfds.features.FeaturesDict(png)}


class _Encoded:
    """A serializer of what is serialized already."""

    def serialize_example(self, example: bytes) -> bytes:
        return example


def _write(records: Sequence[bytes], parent: pathlib.Path) -> None:
    """Shuffles and writes records as tfds does."""
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        template = naming.ShardedFileTemplate(
            data_dir=folder,
            dataset_name="timed",
            split="train",
            filetype_suffix="tfrecord",
        )
        shards = writer.Writer(
            serializer=_Encoded(),
            filename_template=template,
            hash_salt="train",
            disable_shuffling=False,
            example_writer=writer.ExampleWriter(
                file_format=file_adapters.FileFormat.TFRECORD
            ),
        )
        for index, record in enumerate(records):
            shards.write(f"train-{index:08d}", record)
        shards.finalize()


def _read(path: pathlib.Path, features: tfds.features.FeaturesDict) -> None:
    clips = tf.data.TFRecordDataset(str(path)).map(features.deserialize_example)
    for clip in clips:
        clip["video"].shape.assert_is_fully_defined()


def table(found: dict[str, dict[str, float]]) -> str:
    """Markdown table: clips per CPU second of each part, and bytes."""
    heads = ["config", "sampling + drawing", "ratio", *COLUMNS.values()]
    heads += ["kB zlib", "kB PNG"]
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, parts in found.items():
        speed = 1 / (parts["sample"] + parts["draw"])
        cells = [f"`{name}`", f"{speed:,.0f}", f"{speed / AIM:.2f}"]
        cells += [f"{1 / parts[part]:,.0f}" for part in COLUMNS]
        cells += [f"{parts[f'bytes_{e}'] / 1e3:,.0f}" for e in ("zlib", "png")]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def main(_) -> None:
    """Prints the table and the JSON line, and writes the table."""
    found, absent = {}, []
    with tempfile.TemporaryDirectory() as folder:
        for name in tqdm(CHOSEN.value, disable=None):
            try:
                found[name] = parts_of(name, pathlib.Path(folder))
            except ValueError as error:  # an extra is not installed
                absent.append(f"{name}: {error}")
    text = "\n".join([table(found), *absent])
    print(text)
    if DOC.value:
        path = pathlib.Path(DOC.value)
        before, _, rest = path.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
    speeds = {
        name: 1 / (parts["sample"] + parts["draw"])
        for name, parts in found.items()
    }
    slowest = min(speeds, key=speeds.get)
    report(
        "build_parts",
        ratio=speeds[slowest] / AIM,
        slowest=slowest,
        clips_per_cpu_second=speeds[slowest],
        median_clips_per_cpu_second=statistics.median(speeds.values()),
        configs=len(found),
        clips=NUM_CLIPS.value,
        rounds=ROUNDS.value,
    )


if __name__ == "__main__":
    app.run(main)
