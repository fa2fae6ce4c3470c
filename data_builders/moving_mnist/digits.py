"""The digits of MNIST, stored with a dataset so that it can be rendered."""

import numpy as np
import tensorflow_datasets as tfds
from etils import epath
from mipae_tf.data_builders.moving_mnist import idx_files
from mipae_tf.data_builders.source_files import copied_from_earlier
from mipae_tf.data_builders.source_files import downloaded
from mipae_tf.data_builders.source_files import manual_folder
from mipae_tf.data_builders.worlds.image_bank import ImageBank

DIGIT_SIZE = 32
DIGITS_FILE = "digits.npz"
_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"


class Digits(ImageBank):
    """Digits by number: 0..59,999 are the training digits of MNIST in order.

    The numbers from 60,000 are its test digits.
    """

    validation_share = 12  # 5,000 of 60,000

    def draw(self, numbers: np.ndarray, size: int = DIGIT_SIZE) -> np.ndarray:
        """Digits resized from 28 pixels: uint8 `[digits, size, size]`."""
        return super().draw(numbers, size)


def store_digits(
    dl_manager: tfds.download.DownloadManager, folder: epath.Path
) -> Digits:
    """Writes the digits of a dataset that is being built.

    They are read from the manual folder or its subfolder `mnist`; without
    files there, copied from another built version, or else downloaded.

    Args:
        dl_manager: Of the build.
        folder: The folder of the dataset.

    Raises:
        ValueError: If a file in the manual folder is missing or damaged, or
            one cannot be downloaded.
    """
    own, manual, paths = folder / DIGITS_FILE, manual_folder(dl_manager), None
    if manual is not None:
        paths = idx_files.find(manual) or idx_files.find(manual / "mnist")
    if paths is None and copied_from_earlier(own):
        return Digits(own)
    if paths is None:
        urls = {name: _URL + name for name in idx_files.FILES}
        paths = downloaded(dl_manager, urls)
    return Digits.save(own, *idx_files.read_all(paths))


def stored_digits(folder: epath.Path, dataset: str) -> Digits:
    """The digits of a built dataset.

    Raises:
        ValueError: If the dataset is not built.
    """
    path = folder / DIGITS_FILE
    if not path.exists():
        raise ValueError(
            f"{dataset} has no {DIGITS_FILE} in {folder}; build it first with "
            "tfds build."
        )
    return Digits(path)
