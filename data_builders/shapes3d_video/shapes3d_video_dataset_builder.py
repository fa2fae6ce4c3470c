"""The tfds builder of 3D Shapes videos."""

import tensorflow_datasets as tfds
from mipae_tf.data_builders.grids import sources
from mipae_tf.data_builders.grids.image_grid import ImageGrid
from mipae_tf.data_builders.grids.stored_grid_builder import StoredGridBuilder
from mipae_tf.data_builders.shapes3d_video import shapes_file
from mipae_tf.data_builders.shapes3d_video.room_config import RoomConfig
from mipae_tf.data_builders.shapes3d_video.room_scene import SIZES
from mipae_tf.data_builders.shapes3d_video.room_scene import RoomScene
from mipae_tf.data_builders.source_files import downloaded
from mipae_tf.data_builders.source_files import manual_folder


class Builder(StoredGridBuilder):
    """Clips of an object in a room that turns before the camera."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "3D Shapes is downloaded automatically, unless the dataset shapes3d of "
        "TFDS is in the data folder. Without a network, put "
        f"{shapes_file.FILE_NAME} in the manual folder."
    )
    BUILDER_CONFIGS = [
        RoomConfig("orientation", description="Sweeps of the orientation."),
        RoomConfig(
            "orientation_small",
            description="A fifth of orientation.",
            train_clips=2_000,
            validation_clips=200,
            test_clips=200,
        ),
    ]
    image = shapes_file.IMAGE

    def scene_of(self, images: ImageGrid | None) -> RoomScene:
        """The scene of this configuration with these images."""
        return RoomScene(self.builder_config, images)

    def source(
        self, dl_manager: tfds.download.DownloadManager
    ) -> sources.Source:
        """Finds the original file or the dataset of TFDS, or downloads."""
        name = shapes_file.FILE_NAME
        folder = manual_folder(dl_manager)
        if folder and (folder / name).exists():
            return _from_file(folder / name)
        keys = [f"label_{factor}" for factor in SIZES]
        built = sources.tfds_source(
            "shapes3d", self.data_dir_root, ("train",), keys
        )
        if built:
            return built
        paths = downloaded(
            dl_manager,
            {name: shapes_file.URL},
            "put it in the manual folder (--manual_dir), or the dataset "
            f"shapes3d of TFDS in {self.data_dir_root}",
        )
        return _from_file(paths[name])


def _from_file(path) -> sources.Source:
    return sources.Source(str(path), shapes_file.blocks(path, SIZES))
