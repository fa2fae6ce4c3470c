"""The tfds builder of MPI3D videos."""

import os

import tensorflow_datasets as tfds
from mipae_tf.data_builders.mpi3d_video import mpi3d_file
from mipae_tf.data_builders.mpi3d_video.arm_config import ArmConfig
from mipae_tf.data_builders.mpi3d_video.arm_scene import ArmScene
from mipae_tf.data_builders.source_files import manual_folder
from mipae_tf.data_builders.worlds.clip_builder import ClipBuilder

_ALL = {"grid": 6}
_SMALL = {"train_clips": 2_000, "validation_clips": 200, "test_clips": 200}


class Builder(ClipBuilder):
    """Clips of a robot arm that moves one object along two axes."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "Put mpi3d_real.npz, mpi3d_realistic.npz or mpi3d_toy.npz, from "
        f"{mpi3d_file.URL}, in the manual folder."
    )
    BUILDER_CONFIGS = [
        ArmConfig("real", description="Photographs, 4 colours and shapes."),
        ArmConfig("real_small", description="A fifth of real.", **_SMALL),
        ArmConfig("real_full", description="All colours and shapes.", **_ALL),
        ArmConfig(
            "realistic",
            description="Realistic renderings, 4 colours and shapes.",
            variant="realistic",
        ),
        ArmConfig(
            "realistic_full",
            description="Realistic renderings, all colours and shapes.",
            variant="realistic",
            **_ALL,
        ),
        ArmConfig(
            "toy",
            description="Simple renderings, 4 colours and shapes.",
            variant="toy",
        ),
        ArmConfig(
            "toy_full",
            description="Simple renderings, all colours and shapes.",
            variant="toy",
            **_ALL,
        ),
    ]

    def scene(self) -> ArmScene:
        """The scene of this configuration, with the images of the file.

        Raises:
            ValueError: If the dataset is not built, or the file that it was
                built from is not there any more.
        """
        path = self.info.metadata.get("images_file")
        if not path:
            raise ValueError(
                f"{self.info.full_name} is not built in {self.data_path}; "
                "build it first with tfds build."
            )
        return ArmScene(self.builder_config, mpi3d_file.open_images(path))

    def _info(self) -> tfds.core.DatasetInfo:
        return self._clip_info(ArmScene(self.builder_config))

    def _prepare(self, dl_manager: tfds.download.DownloadManager) -> ArmScene:
        config: ArmConfig = self.builder_config
        folder = manual_folder(dl_manager)
        images = mpi3d_file.prepare(folder, config.variant)
        if images.grid[0] < config.grid:
            raise ValueError(
                f"grid is {config.grid} but {images.path} has only "
                f"{images.grid[0]} colours and shapes; use 4, or the current "
                f"file from {mpi3d_file.URL}."
            )
        self.info.metadata["images_file"] = os.path.abspath(images.path)
        return ArmScene(config, images)
