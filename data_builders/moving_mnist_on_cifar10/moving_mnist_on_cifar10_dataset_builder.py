"""The tfds builder of moving MNIST on CIFAR-10."""

import tensorflow_datasets as tfds
from mipae_tf.data_builders.moving_mnist import idx_files
from mipae_tf.data_builders.moving_mnist.digits import store_digits
from mipae_tf.data_builders.moving_mnist.digits import stored_digits
from mipae_tf.data_builders.moving_mnist_on_cifar10 import cifar_files
from mipae_tf.data_builders.moving_mnist_on_cifar10.backgrounds import (
    BACKGROUNDS,
)
from mipae_tf.data_builders.moving_mnist_on_cifar10.backgrounds import (
    Backgrounds,
)
from mipae_tf.data_builders.moving_mnist_on_cifar10.backgrounds import (
    CifarBackgrounds,
)
from mipae_tf.data_builders.moving_mnist_on_cifar10.overlay_config import (
    OverlayConfig,
)
from mipae_tf.data_builders.moving_mnist_on_cifar10.overlay_scene import (
    OverlayScene,
)
from mipae_tf.data_builders.source_files import copied_from_earlier
from mipae_tf.data_builders.source_files import downloaded
from mipae_tf.data_builders.source_files import manual_folder
from mipae_tf.data_builders.worlds.clip_builder import ClipBuilder

_BACKGROUNDS_FILE = "backgrounds.npz"
_SMALL = {"train_clips": 2_000, "validation_clips": 200, "test_clips": 200}


class Builder(ClipBuilder):
    """Clips of up to two coloured digits that bounce in front of an image."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "MNIST and CIFAR-10 are downloaded automatically. Without a network, "
        f"put all of {', '.join(idx_files.FILES)} in the manual folder, and "
        f"{cifar_files.ARCHIVE}, the folder {cifar_files.FOLDER} extracted "
        f"from it, or a file {cifar_files.NPZ} with x_train, y_train, x_test "
        "and y_test."
    )
    BUILDER_CONFIGS = [
        OverlayConfig("cifar10_64", description="CIFAR-10 images, 64 x 64."),
        OverlayConfig(
            "cifar10_128",
            description="CIFAR-10 images, 128 x 128, clips of 32 frames.",
            num_frames=32,
            frame_size=128,
        ),
        OverlayConfig(
            "cifar10_32",
            description="CIFAR-10 images, 32 x 32, fewer clips.",
            frame_size=32,
            **_SMALL,
        ),
        OverlayConfig(
            "cifar10_32_large",
            description="Like cifar10_32, with digits of 14 pixels.",
            frame_size=32,
            digit_size=14,
            **_SMALL,
        ),
        OverlayConfig(
            "smooth_64",
            description="Smooth random colours, 64 x 64.",
            backgrounds="smooth",
        ),
        OverlayConfig(
            "smooth_128",
            description="Smooth random colours, 128 x 128, 32 frames.",
            backgrounds="smooth",
            num_frames=32,
            frame_size=128,
        ),
        OverlayConfig(
            "smooth_32",
            description="Smooth random colours, 32 x 32, fewer clips.",
            backgrounds="smooth",
            frame_size=32,
            **_SMALL,
        ),
        OverlayConfig(
            "smooth_32_large",
            description="Like smooth_32, with digits of 14 pixels.",
            backgrounds="smooth",
            frame_size=32,
            digit_size=14,
            **_SMALL,
        ),
    ]

    def scene(self) -> OverlayScene:
        """The scene of this configuration, with the images of the dataset.

        Raises:
            ValueError: If the dataset is not built.
        """
        digits = stored_digits(self.data_path, self.info.full_name)
        kind = BACKGROUNDS[self.builder_config.backgrounds]
        own = self.data_path / _BACKGROUNDS_FILE
        made = kind(own) if kind is CifarBackgrounds else kind()
        return OverlayScene(self.builder_config, digits, made)

    def _info(self) -> tfds.core.DatasetInfo:
        return self._clip_info(OverlayScene(self.builder_config))

    def _prepare(
        self, dl_manager: tfds.download.DownloadManager
    ) -> OverlayScene:
        digits = store_digits(dl_manager, self.data_path)
        backgrounds = self._store_backgrounds(dl_manager)
        return OverlayScene(self.builder_config, digits, backgrounds)

    def _store_backgrounds(
        self, dl_manager: tfds.download.DownloadManager
    ) -> Backgrounds:
        """Stored with the dataset, so that `render` needs no other files."""
        kind = BACKGROUNDS[self.builder_config.backgrounds]
        if kind is not CifarBackgrounds:
            return kind()
        own = self.data_path / _BACKGROUNDS_FILE
        manual = manual_folder(dl_manager)
        path = cifar_files.find(manual) if manual is not None else None
        if path is not None:
            return kind.save(own, *cifar_files.read(path))
        if copied_from_earlier(own):
            return kind(own)
        urls = {cifar_files.ARCHIVE: cifar_files.URL}
        (path,) = downloaded(dl_manager, urls).values()
        return kind.save(own, *cifar_files.read_archive(path))
