"""Base class of builders that keep all images of a grid with the dataset."""

import abc
import os

import tensorflow_datasets as tfds
from mipae_tf.data_builders.grids.grid_scene import GridScene
from mipae_tf.data_builders.grids.grid_scene import sizes_of
from mipae_tf.data_builders.grids.grid_writer import FILE_NAME
from mipae_tf.data_builders.grids.grid_writer import GridWriter
from mipae_tf.data_builders.grids.grid_writer import reused
from mipae_tf.data_builders.grids.image_grid import ImageGrid
from mipae_tf.data_builders.grids.image_grid import open_npy
from mipae_tf.data_builders.grids.sources import Source
from mipae_tf.data_builders.worlds.clip_builder import ClipBuilder


class StoredGridBuilder(ClipBuilder, skip_registration=True):
    """Writes all images in the order of their factors, then the clips.

    The images, `images.npy` in the folder of the dataset, are there for
    `render` and `sample_static`. Other configurations and versions in the same
    data folder share them.

    Attributes:
        image: Shape of a stored image, `(height, width, channels)`.
    """

    image: tuple[int, int, int]

    @abc.abstractmethod
    def scene_of(self, images: ImageGrid | None) -> GridScene:
        """The scene of this configuration with these images."""

    @abc.abstractmethod
    def source(self, dl_manager: tfds.download.DownloadManager) -> Source:
        """Finds or downloads the images."""

    def scene(self) -> GridScene:
        """The scene of this configuration, with the images of the dataset.

        Raises:
            ValueError: If the dataset is not built or its images are damaged.
        """
        path = self.data_path / FILE_NAME
        if not path.exists():
            raise ValueError(
                f"{self.info.full_name} has no {FILE_NAME} in "
                f"{self.data_path}; build it first with tfds build."
            )
        return self.scene_of(
            open_npy(os.fspath(path), [self._grid], self.image)
        )

    def _info(self) -> tfds.core.DatasetInfo:
        return self._clip_info(self.scene_of(None))

    def _prepare(self, dl_manager: tfds.download.DownloadManager) -> GridScene:
        images = reused(self.data_path, self._grid, self.image)
        if images is None:
            images = self._written(self.source(dl_manager))
        return self.scene_of(images)

    def _written(self, source: Source) -> ImageGrid:
        with GridWriter(
            self.data_path, self._grid, self.image, source.name
        ) as writer:
            for images, values in source.blocks:
                writer.put(images, values)
            return writer.finish()

    @property
    def _grid(self) -> tuple[int, ...]:
        return sizes_of(self.scene_of(None).factors)
