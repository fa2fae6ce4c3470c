"""The tfds builder of small NORB videos."""

import math

import tensorflow_datasets as tfds
from mipae_tf.data_builders.grids import sources
from mipae_tf.data_builders.grids.image_grid import ImageGrid
from mipae_tf.data_builders.grids.stored_grid_builder import StoredGridBuilder
from mipae_tf.data_builders.small_norb_video import norb_files
from mipae_tf.data_builders.small_norb_video.norb_config import NorbConfig
from mipae_tf.data_builders.small_norb_video.norb_scene import SIZES
from mipae_tf.data_builders.small_norb_video.norb_scene import NorbScene
from mipae_tf.data_builders.source_files import downloaded
from mipae_tf.data_builders.source_files import manual_folder

_TFDS_KEYS = (
    "label_category",
    "instance",
    "label_elevation",
    "label_lighting",
    "label_azimuth",
)


class Builder(StoredGridBuilder):
    """Clips of toys that turn before the camera."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "Small NORB is downloaded automatically, unless the dataset smallnorb "
        "of TFDS is in the data folder. Without a network, put all of "
        f"{', '.join(norb_files.NAMES)} in the manual folder."
    )
    BUILDER_CONFIGS = [
        NorbConfig("azimuth", description="Sweeps of the azimuth."),
        NorbConfig(
            "azimuth_small",
            description="A fifth of azimuth.",
            train_clips=2_000,
            validation_clips=200,
            test_clips=200,
        ),
        NorbConfig(
            "azimuth_96",
            description="Sweeps of the azimuth in the published size.",
            frame_size=96,
        ),
    ]
    image = (96, 96, 1)

    def scene_of(self, images: ImageGrid | None) -> NorbScene:
        """The scene of this configuration with these images."""
        return NorbScene(self.builder_config, images)

    def source(
        self, dl_manager: tfds.download.DownloadManager
    ) -> sources.Source:
        """Finds the original files or the dataset of TFDS, or downloads."""
        folder = manual_folder(dl_manager)
        paths = folder and norb_files.find(folder)
        if not paths:
            built = sources.tfds_source(
                "smallnorb", self.data_dir_root, ("train", "test"), _TFDS_KEYS
            )
            if built:
                return built
            paths = downloaded(
                dl_manager,
                {name: norb_files.URL + name for name in norb_files.NAMES},
                "put them in the manual folder (--manual_dir), or the dataset "
                f"smallnorb of TFDS in {self.data_dir_root}",
            )
        blocks = norb_files.blocks(paths, math.prod(SIZES.values()) // 2)
        return sources.Source("small NORB", blocks)
