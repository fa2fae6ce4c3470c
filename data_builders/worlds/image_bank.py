"""Labelled images, stored with a dataset so that it can be rendered."""

import functools
from typing import Self

import numpy as np
from etils import epath
from mipae_tf.data_builders.worlds.resize import resized


class ImageBank:
    """Images by number: the training images, then the test images.

    The file is read once per process; workers receive the path, not the
    pixels.

    Attributes:
        validation_share: One in so many training images, the last ones, is a
            validation image.

    Args:
        path: An npz file written by `save`.
    """

    validation_share = 10

    def __init__(self, path: epath.PathLike):
        self.path = str(path)

    @classmethod
    def save(
        cls,
        path: epath.Path,
        images: np.ndarray,
        labels: np.ndarray,
        num_train: int,
    ) -> Self:
        """Writes the images and returns them.

        Args:
            path: The npz file to write.
            images: uint8 `[images, side, side]` or `[images, side, side, 3]`,
                training images first.
            labels: uint8 `[images]`.
            num_train: Number of training images.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            np.savez_compressed(
                file, images=images, labels=labels, num_train=num_train
            )
        return cls(path)

    def numbers(self, split: str) -> tuple[int, int]:
        """Number of the first image of a split, and of the first one after."""
        _, labels, train = _load(self.path)
        held = train // self.validation_share
        return {
            "train": (0, train - held),
            "validation": (train - held, train),
            "test": (train, len(labels)),
        }[split]

    def labels(self, numbers: np.ndarray) -> np.ndarray:
        """The classes of images: int64, with the shape of `numbers`.

        Raises:
            ValueError: If there is no image of a number.
        """
        labels, numbers = _load(self.path)[1], np.asarray(numbers)
        wrong = (numbers < 0) | (numbers >= len(labels))
        if wrong.any():
            raise ValueError(
                f"There is no image {numbers[wrong][0]} in {self.path}; its "
                f"images are 0 to {len(labels) - 1}."
            )
        return labels[numbers].astype(np.int64)

    def draw(self, numbers: np.ndarray, size: int) -> np.ndarray:
        """Images resized bilinearly, uint8 `[images, size, size, ...]`."""
        numbers = np.asarray(numbers)
        if len(numbers) and (numbers == numbers[0]).all():
            image = _drawn(self.path, int(numbers[0]), size)
            return np.repeat(image, len(numbers), 0)
        chosen, back = np.unique(numbers, return_inverse=True)
        return _resized(_load(self.path)[0][chosen], size).take(back, 0)


def _resized(images: np.ndarray, size: int) -> np.ndarray:
    return np.rint(resized(images, size)).astype(np.uint8, order="C")


@functools.lru_cache(maxsize=16)
def _drawn(path: str, number: int, size: int) -> np.ndarray:
    """One image, `[1, size, size, ...]`; a clip asks for it more than once."""
    return _resized(_load(path)[0][number : number + 1], size)


@functools.lru_cache(maxsize=4)
def _load(path: str) -> tuple[np.ndarray, np.ndarray, int]:
    with epath.Path(path).open("rb") as file:
        arrays = np.load(file)
        return arrays["images"], arrays["labels"], int(arrays["num_train"])
