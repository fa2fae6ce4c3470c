"""Times the build of a dataset in a loop and with Apache Beam.

python -m benchmarks.dataset_build --clips=4000

`ratio` is the time of the loop divided by that of Beam with two worker
processes: above 1, Beam is faster. Beam starts slowly, so that its workers help
more for larger datasets.
"""

import tempfile

from absl import app
from absl import flags
from mipae_tf.data_builders.moving_dsprites import (
    moving_dsprites_dataset_builder as moving_dsprites,
)
from mipae_tf.data_builders.moving_dsprites.sprites_config import SpritesConfig

from benchmarks.timing import in_turns
from benchmarks.timing import report

CLIPS = flags.DEFINE_integer("clips", 4_000, "Clips of the training split.")
ROUNDS = flags.DEFINE_integer("rounds", 1, "Builds of each.")


def build(beam: bool) -> None:
    """Builds two-sprite clips in a temporary folder."""
    import apache_beam
    import tensorflow_datasets as tfds

    config = SpritesConfig(
        name="timed",
        train_clips=CLIPS.value,
        validation_clips=1,
        test_clips=1,
        sprites_from="drawn",
        beam_above=1 if beam else CLIPS.value,
    )
    options = apache_beam.options.pipeline_options.PipelineOptions(
        runner="DirectRunner",
        direct_num_workers=2,
        direct_running_mode="multi_processing",
    )
    with tempfile.TemporaryDirectory() as folder:
        moving_dsprites.Builder(
            data_dir=folder, config=config
        ).download_and_prepare(
            download_config=tfds.download.DownloadConfig(
                beam_options=options if beam else None
            )
        )


def main(_) -> None:
    """Prints the JSON line."""
    seconds = in_turns(
        {"plain": lambda: build(False), "beam": lambda: build(True)},
        ROUNDS.value,
        warmup=0,
    )
    report(
        "dataset_build",
        ratio=seconds["plain"] / seconds["beam"],
        clips_per_second=CLIPS.value / seconds["plain"],
        clips_per_second_beam=CLIPS.value / seconds["beam"],
        clips=CLIPS.value,
        rounds=ROUNDS.value,
    )


if __name__ == "__main__":
    app.run(main)
