"""The tfds builder of moving dSprites."""

import tensorflow_datasets as tfds
from mipae_tf.data_builders.moving_dsprites.sprites import DrawnSprites
from mipae_tf.data_builders.moving_dsprites.sprites_config import SpritesConfig
from mipae_tf.data_builders.moving_dsprites.sprites_file import FILE_NAME
from mipae_tf.data_builders.moving_dsprites.sprites_file import FileSprites
from mipae_tf.data_builders.moving_dsprites.sprites_scene import SpritesScene
from mipae_tf.data_builders.source_files import manual_folder
from mipae_tf.data_builders.worlds.clip_builder import ClipBuilder

_QUICK = {"train_clips": 2_000, "validation_clips": 200, "test_clips": 200}
_ONE = {"sprites": 1, "colour": False}
_STATIC = {"num_frames": 1, "held_out": False}


class Builder(ClipBuilder):
    """Clips of one or two sprites that move, bounce and may rotate."""

    VERSION = tfds.core.Version("1.1.0")
    RELEASE_NOTES = {
        "1.1.0": "The metadata declares every factor. Pixels are unchanged.",
        "1.0.0": "First release.",
    }
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "No download is needed: the sprites are drawn. To use the published "
        f"pixels, put {FILE_NAME} in the manual folder."
    )
    BUILDER_CONFIGS = [
        SpritesConfig("two_sprites", description="Two sprites in colour."),
        SpritesConfig("one_sprite", description="One grey sprite.", **_ONE),
        SpritesConfig(
            "two_sprites_rotating",
            description="Two sprites in colour that also rotate.",
            rotating=True,
        ),
        SpritesConfig(
            "two_sprites_grey",
            description="Two grey sprites that merge where they overlap.",
            colour=False,
        ),
        SpritesConfig(
            "static",
            description="Single frames of two sprites, all factors uniform.",
            **_STATIC,
        ),
        SpritesConfig(
            "static_one_sprite",
            description="Single frames of one sprite, all factors uniform.",
            **_ONE | _STATIC,
        ),
        SpritesConfig(
            "quickstart", description="A fifth of two_sprites.", **_QUICK
        ),
        SpritesConfig(
            "quickstart_one",
            description="A fifth of one_sprite.",
            **_ONE | _QUICK,
        ),
    ]

    def scene(self) -> SpritesScene:
        """The scene of this configuration.

        For a built dataset, the metadata gives the source of the pixels; for
        other datasets, sprites are drawn.

        Raises:
            ValueError: If `sprites_from` is `file` and the dataset is not
                built.
        """
        path = self.info.metadata.get("sprites_file")
        if self.builder_config.sprites_from == "file" and not path:
            raise ValueError(
                f"{self.info.full_name} uses the sprites of the file, but is "
                f"not built in {self.data_path}; build it with tfds build."
            )
        pixels = FileSprites(path) if path else DrawnSprites()
        return SpritesScene(self.builder_config, pixels)

    def _info(self) -> tfds.core.DatasetInfo:
        return self._clip_info(SpritesScene(self.builder_config))

    def _prepare(
        self, dl_manager: tfds.download.DownloadManager
    ) -> SpritesScene:
        path = self._file(dl_manager)
        self.info.metadata["sprites"] = "file" if path else "drawn"
        if path:
            self.info.metadata["sprites_file"] = path
            FileSprites(path).load()
        return self.scene()

    def _file(self, dl_manager: tfds.download.DownloadManager) -> str | None:
        wanted = self.builder_config.sprites_from
        if wanted == "drawn":
            return None
        folder = manual_folder(dl_manager)
        if folder is not None and (folder / FILE_NAME).exists():
            return str(folder / FILE_NAME)
        if wanted == "file":
            raise ValueError(
                f"sprites_from is 'file' but there is no {FILE_NAME} in the "
                "manual folder (--manual_dir); put it there or use 'drawn'."
            )
        return None
