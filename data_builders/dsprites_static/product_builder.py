"""Base class of the builders of sprites with independent properties."""

import tensorflow_datasets as tfds
from etils import epath
from mipae_tf.data_builders.dsprites_static import public_files
from mipae_tf.data_builders.dsprites_static.product_scene import ProductScene
from mipae_tf.data_builders.worlds.clip_builder import ClipBuilder


class ProductBuilder(ClipBuilder, skip_registration=True):
    """Writes one clip for each combination of the properties of a sprite.

    Clips are drawn, or read from the public files of the benchmark; `render`
    and `sample_static` draw in both cases.
    """

    def scene(self) -> ProductScene:
        """The scene of this configuration."""
        return ProductScene(self.builder_config)

    def _info(self) -> tfds.core.DatasetInfo:
        return self._clip_info(self.scene())

    def _prepare(
        self, dl_manager: tfds.download.DownloadManager
    ) -> ProductScene:
        scene, config = self.scene(), self.builder_config
        self.info.metadata["clips"] = config.clips_from
        self._files = {}
        if config.clips_from == "files":
            self._files = public_files.find(
                self._manual_folder(dl_manager), config
            )
        return scene

    def _manual_folder(
        self, dl_manager: tfds.download.DownloadManager
    ) -> epath.Path:
        try:
            return epath.Path(dl_manager.manual_dir)
        except AssertionError as error:  # there is no manual folder
            raise ValueError(
                "--manual_dir is missing or empty; it must be the folder of "
                f"the public files of {self.name}, see "
                f"data_builders/{self.name}/README.md."
            ) from error

    def _generate_examples(self, scene: ProductScene, split: str, count: int):
        if not self._files:
            return super()._generate_examples(scene, split, count)
        return public_files.examples(self._files[split], scene, split, count)
