"""The published test clips of Moving MNIST."""

import dataclasses
import functools

import numpy as np
import tensorflow_datasets as tfds
from etils import epath
from mipae_tf.data_builders.moving_mnist.digits_config import TEST_FILE
from mipae_tf.data_builders.moving_mnist.digits_config import DigitsConfig
from mipae_tf.data_builders.moving_mnist.digits_scene import DigitsScene
from mipae_tf.data_builders.source_files import downloaded
from mipae_tf.data_builders.source_files import manual_folder
from mipae_tf.data_builders.worlds.scene import Scene

_URL = f"http://www.cs.toronto.edu/~nitish/unsupervised_video/{TEST_FILE}"


@dataclasses.dataclass
class UnlabelledScene(Scene):
    """Training and validation clips are drawn, test clips are from a file.

    Attributes:
        config: The configuration.
        drawn: Draws the training and validation clips.
        path: The file with the test clips; None if it is not needed.
    """

    config: DigitsConfig
    drawn: DigitsScene
    path: str | None = None
    factors = ()
    objects = 0

    def sample(self, split: str, rng: np.random.Generator) -> dict:
        """Draws the factors of a clip that is drawn; see `Scene.sample`."""
        return self.drawn.sample(split, rng)

    def draw(self, values: dict) -> tuple[np.ndarray, None]:
        """Refused, as nothing is known of a clip.

        Raises:
            ValueError: Always.
        """
        raise ValueError(
            f"Clips of {self.config.name} have no factors, so that none can be "
            "rendered."
        )

    def clip(self, split: str, index: int) -> tuple[str, dict]:
        """A clip without factors; see `Scene.clip`."""
        if split == "test":
            key = f"{split}-{index:08d}"
            video = _opened(self.path)[:, index, ..., None]
        else:
            key, clip = self.drawn.clip(split, index)
            video = clip["video"]
        # tfds requires the groups of factors, though they are empty.
        return key, {"video": video, "content": {}, "pose": {}}


def find_sequences(
    dl_manager: tfds.download.DownloadManager, config: DigitsConfig
) -> str:
    """The file, from the manual folder or else downloaded.

    Raises:
        ValueError: If it cannot be downloaded, or does not have the clips of
            the configuration.
    """
    manual = manual_folder(dl_manager)
    path = manual / TEST_FILE if manual is not None else None
    if path is None or not path.exists():
        path = downloaded(dl_manager, {TEST_FILE: _URL})[TEST_FILE]
    size = config.frame_size
    wanted = (config.num_frames, config.test_clips, size, size)
    needed = (
        f"must be a file of uint8 {list(wanted)}, [time, clip, row, column]"
    )
    try:
        found = _opened(str(path))
    except (OSError, EOFError, ValueError) as error:
        raise ValueError(f"{path} {needed}, but {error}.") from error
    if found.shape != wanted or found.dtype != np.uint8:
        raise ValueError(
            f"{path} {needed}, but has {found.dtype} {list(found.shape)}."
        )
    return str(path)


@functools.lru_cache(maxsize=1)
def _opened(path: str) -> np.ndarray:
    return np.load(epath.Path(path), mmap_mode="r")
