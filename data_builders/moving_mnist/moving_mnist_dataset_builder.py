"""The tfds builder of moving MNIST."""

import numpy as np
import tensorflow_datasets as tfds
from mipae_tf.data_builders.moving_mnist import idx_files
from mipae_tf.data_builders.moving_mnist.digits import store_digits
from mipae_tf.data_builders.moving_mnist.digits import stored_digits
from mipae_tf.data_builders.moving_mnist.digits_config import DigitsConfig
from mipae_tf.data_builders.moving_mnist.digits_scene import DigitsScene
from mipae_tf.data_builders.worlds.clip_builder import ClipBuilder


class Builder(ClipBuilder):
    """Clips of two MNIST digits that move and bounce."""

    VERSION = tfds.core.Version("1.1.0")
    RELEASE_NOTES = {
        "1.1.0": "The metadata declares every factor. Pixels are unchanged.",
        "1.0.0": "First release.",
    }
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "MNIST is downloaded automatically. Without a network, put all of "
        f"{', '.join(idx_files.FILES)} in the manual folder."
    )
    BUILDER_CONFIGS = [
        DigitsConfig("colour", description="One colour plane per digit."),
        DigitsConfig(
            "colour_small",
            description="A fifth of colour.",
            train_clips=2_000,
            validation_clips=200,
            test_clips=200,
        ),
        DigitsConfig(
            "colour_published",
            description="Like colour, with the published speeds -4..3.",
            max_speed=3,
        ),
        DigitsConfig(
            "grey", description="Grey digits that are added.", colour=False
        ),
        DigitsConfig(
            "stochastic",
            description="Grey digits that leave walls at random speeds.",
            colour=False,
            bounce="redraw",
        ),
        DigitsConfig(
            "stochastic_colour",
            description="Like stochastic, with one colour plane per digit.",
            bounce="redraw",
        ),
    ]

    @property
    def has_futures(self) -> bool:
        """Whether the future is stochastic; `sample_futures` samples it."""
        return self.builder_config.bounce == "redraw"

    def sample_futures(
        self, before: np.ndarray, last: np.ndarray, steps: int, seed: int
    ) -> np.ndarray:
        """Samples futures of digits from the true distribution.

        Args:
            before: Previous positions (x, y), int `[digits, 2]`.
            last: Current positions, `[digits, 2]`, of digits that are not
                bouncing off a wall in this frame.
            steps: Number of frames to sample.
            seed: Seed of the samples.

        Returns:
            Positions, int32 `[digits, steps, 2]`.
        """
        scene = DigitsScene(self.builder_config)
        return scene.futures(before, last, steps, np.random.default_rng(seed))

    def scene(self) -> DigitsScene:
        """The scene of this configuration, with the digits of the dataset.

        Raises:
            ValueError: If the dataset is not built.
        """
        digits = stored_digits(self.data_path, self.info.full_name)
        return DigitsScene(self.builder_config, digits)

    def _info(self) -> tfds.core.DatasetInfo:
        return self._clip_info(DigitsScene(self.builder_config))

    def _prepare(
        self, dl_manager: tfds.download.DownloadManager
    ) -> DigitsScene:
        digits = store_digits(dl_manager, self.data_path)
        return DigitsScene(self.builder_config, digits)
