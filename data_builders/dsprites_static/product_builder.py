"""Base class of the builders of sprites with independent properties."""

import tensorflow_datasets as tfds
from mipae_tf.data_builders.dsprites_static import public_files
from mipae_tf.data_builders.dsprites_static.product_scene import ProductScene
from mipae_tf.data_builders.source_files import required_manual_folder
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
            folder = required_manual_folder(
                dl_manager,
                f"the folder of the public files of {self.name}, see "
                f"data_builders/{self.name}/README.md",
            )
            self._files = public_files.find(folder, config)
        return scene

    def _generate_examples(self, scene: ProductScene, split: str, count: int):
        if not self._files:
            return super()._generate_examples(scene, split, count)
        return public_files.examples(self._files[split], scene, split, count)
