"""The tfds builder of moving MNIST."""

import numpy as np
import tensorflow_datasets as tfds
from mipae_tf.data_builders.moving_mnist import idx_files
from mipae_tf.data_builders.moving_mnist.digits import Digits
from mipae_tf.data_builders.moving_mnist.digits import store_digits
from mipae_tf.data_builders.moving_mnist.digits import stored_digits
from mipae_tf.data_builders.moving_mnist.digits_config import TEST_FILE
from mipae_tf.data_builders.moving_mnist.digits_config import DigitsConfig
from mipae_tf.data_builders.moving_mnist.digits_scene import DigitsScene
from mipae_tf.data_builders.moving_mnist.published_test import UnlabelledScene
from mipae_tf.data_builders.moving_mnist.published_test import find_sequences
from mipae_tf.data_builders.worlds.clip_builder import ClipBuilder
from mipae_tf.data_builders.worlds.scene import Scene

_SRIVASTAVA = {
    "colour": False,
    "digit_size": 28,
    "bounce": "unit_square",
    "merge": "max",
}


class Builder(ClipBuilder):
    """Clips of two MNIST digits that move and bounce."""

    VERSION = tfds.core.Version("1.1.0")
    RELEASE_NOTES = {
        "1.1.0": "The metadata declares every factor. Pixels are unchanged.",
        "1.0.0": "First release.",
    }
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "MNIST is downloaded automatically. Without a network, put all of "
        f"{', '.join(idx_files.FILES)} in the manual folder. The config "
        f"mnist_test_seq also needs {TEST_FILE}, which may be there too."
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
        DigitsConfig(
            "grey_srivastava",
            description="Grey digits of 28 pixels, as in mnist_test_seq.",
            **_SRIVASTAVA,
        ),
        DigitsConfig(
            "grey_srivastava_32",
            description="Like grey_srivastava, with half the frame size.",
            frame_size=32,
            **{**_SRIVASTAVA, "digit_size": 14},
        ),
        DigitsConfig(
            "mnist_test_seq",
            description="Like grey_srivastava, with the published test clips; "
            "without factors.",
            test_clips=10_000,
            published_test=True,
            **_SRIVASTAVA,
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

    def scene(self) -> Scene:
        """The scene of this configuration, with the digits of the dataset.

        Raises:
            ValueError: If the dataset is not built.
        """
        return self._scene(stored_digits(self.data_path, self.info.full_name))

    def _info(self) -> tfds.core.DatasetInfo:
        return self._clip_info(self._scene())

    def _prepare(self, dl_manager: tfds.download.DownloadManager) -> Scene:
        path, config = None, self.builder_config
        if config.published_test:
            path = find_sequences(dl_manager, config)
        return self._scene(store_digits(dl_manager, self.data_path), path)

    def _scene(
        self, digits: Digits | None = None, path: str | None = None
    ) -> Scene:
        config = self.builder_config
        drawn = DigitsScene(config, digits)
        if config.published_test:
            return UnlabelledScene(config, drawn, path)
        return drawn
