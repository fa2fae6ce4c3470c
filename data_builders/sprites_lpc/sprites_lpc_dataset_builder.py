"""The tfds builder of sprites of the Liberated Pixel Cup."""

import tensorflow_datasets as tfds
from etils import epath
from mipae_tf.data_builders.source_files import required_manual_folder
from mipae_tf.data_builders.sprites_lpc import arrays_file
from mipae_tf.data_builders.sprites_lpc import sheets
from mipae_tf.data_builders.sprites_lpc.characters import Characters
from mipae_tf.data_builders.sprites_lpc.lpc_config import LpcConfig
from mipae_tf.data_builders.sprites_lpc.lpc_scene import LpcScene
from mipae_tf.data_builders.worlds.clip_builder import ClipBuilder

_FRAMES_FILE = "characters.npz"
_README = "see data_builders/sprites_lpc/README.md"


class Builder(ClipBuilder):
    """Clips of characters that walk, cast a spell or slash."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "Put the sprite sheets of https://github.com/YingzhenLi/Sprites (the "
        "folders body, bottomwear, topwear, hair and shoes), or an npz file of "
        f"prepared arrays ({_README}), into the manual folder."
    )
    BUILDER_CONFIGS = [
        LpcConfig("full", description="All clips, of 8 frames."),
        LpcConfig(
            "looped",
            description="Clips of 20 frames from any frame of the action.",
            num_frames=20,
            any_start=True,
        ),
        LpcConfig(
            "small",
            description="At most 900 + 180 + 180 clips of 8 frames.",
            train_clips=900,
            validation_clips=180,
            test_clips=180,
        ),
    ]

    @property
    def has_static(self) -> bool:
        """Whether every combination of the factors is there."""
        return bool(self.info.metadata.get("complete"))

    def scene(self) -> LpcScene:
        """The scene of this configuration, with the frames of the dataset.

        Raises:
            ValueError: If the dataset is not built.
        """
        path = self.data_path / _FRAMES_FILE
        if not path.exists():
            raise ValueError(
                f"{self.info.full_name} has no {_FRAMES_FILE} in "
                f"{self.data_path}; build it first with tfds build."
            )
        return LpcScene(self.builder_config, Characters(path))

    def sample_static(self, count: int, seed: int, start: int = 0):
        """Samples single frames; see `ClipBuilder.sample_static`.

        Raises:
            ValueError: If not every character is there; see `has_static`.
        """
        if not self.has_static:
            raise ValueError(
                f"{self.info.full_name} does not have all characters, so its "
                "factors cannot be sampled independently."
            )
        return super().sample_static(count, seed, start)

    def _info(self) -> tfds.core.DatasetInfo:
        return self._clip_info(LpcScene(self.builder_config))

    def _prepare(self, dl_manager: tfds.download.DownloadManager) -> LpcScene:
        path, source = find_source(dl_manager, self.builder_config.pixels_from)
        read = {
            "arrays": arrays_file.read_cycles,
            "sheets": sheets.render_cycles,
        }[source]
        # Stored with the dataset, so that `render` needs no other files.
        try:
            found = Characters.save(self.data_path / _FRAMES_FILE, read(path))
        except ValueError as error:
            if str(path) in str(error):
                raise
            raise ValueError(f"{path}: {error}") from error
        scene = LpcScene(self.builder_config, found)
        used = scene.split_characters
        lacking = [split for split, numbers in used.items() if not len(numbers)]
        if lacking:
            raise ValueError(
                f"{path} has no character for {' and '.join(lacking)}; it must "
                "have two for training and one for test at least."
            )
        self.info.metadata["pixels"] = source
        self.info.metadata["complete"] = found.complete
        self.info.metadata["characters"] = {s: len(n) for s, n in used.items()}
        return scene

    def _split_sizes(self, scene: LpcScene) -> dict[str, int]:
        return {
            split: min(most, scene.count(split))
            for split, most in super()._split_sizes(scene).items()
        }


def find_source(
    dl_manager: tfds.download.DownloadManager, wanted: str
) -> tuple[epath.Path, str]:
    """The source of the pixels in the manual folder.

    Args:
        dl_manager: Knows the manual folder.
        wanted: `auto`, `arrays` or `sheets`.

    Returns:
        The file or folder, and `arrays` or `sheets`.

    Raises:
        ValueError: If there is none, or more than one file.
    """
    folder = required_manual_folder(
        dl_manager,
        "a folder with the sprite sheets or with an npz file of sprites, "
        f"{_README}",
    )
    if wanted != "arrays" and sheets.is_sheets(folder):
        return folder, "sheets"
    if wanted == "sheets":
        raise ValueError(
            f"pixels_from is 'sheets' but {folder} has no folder body, "
            f"bottomwear, topwear, hair and shoes of sheets, {_README}."
        )
    files = sorted(folder.glob("sprites*.npz"))
    if len(files) != 1:
        listed = ", ".join(file.name for file in files) or "none"
        raise ValueError(
            f"{folder} must have one file sprites*.npz, but has {listed}; "
            f"{_README}."
        )
    return files[0], "arrays"
