"""The digits of MNIST, stored with a dataset so that it can be rendered."""

import functools

import numpy as np
from etils import epath

DIGIT_SIZE = 32
_VALIDATION_SHARE = 12  # one in 12 training digits: 5,000 of 60,000


class Digits:
    """Digits by number: 0..59,999 are the training digits of MNIST in order.

    The numbers from 60,000 are its test digits. The file is read once per
    process; workers receive the path, not the pixels.

    Args:
        path: An npz file written by `save`.
    """

    def __init__(self, path: epath.PathLike):
        self.path = str(path)

    @classmethod
    def save(
        cls,
        path: epath.Path,
        images: np.ndarray,
        labels: np.ndarray,
        num_train: int,
    ) -> "Digits":
        """Writes the digits and returns them.

        Args:
            path: The npz file to write.
            images: uint8 `[digits, 28, 28]`, training digits first.
            labels: uint8 `[digits]`.
            num_train: Number of training digits.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            np.savez_compressed(
                file, images=images, labels=labels, num_train=num_train
            )
        return cls(path)

    def numbers(self, split: str) -> tuple[int, int]:
        """Number of the first digit of a split, and of the first one after."""
        _, labels, train = _load(self.path)
        held = train // _VALIDATION_SHARE
        return {
            "train": (0, train - held),
            "validation": (train - held, train),
            "test": (train, len(labels)),
        }[split]

    def labels(self, numbers: np.ndarray) -> np.ndarray:
        """The classes 0..9 of digits: int64, with the shape of `numbers`."""
        return _load(self.path)[1][numbers].astype(np.int64)

    def draw(self, numbers: np.ndarray) -> np.ndarray:
        """Digits enlarged to 32 pixels: uint8 `[digits, 32, 32]`.

        Bilinear, with aligned pixel centres.
        """
        chosen, back = np.unique(numbers, return_inverse=True)
        images = _load(self.path)[0][chosen].astype(np.float32)
        weights = _enlarging(images.shape[-1])
        large = weights @ images @ weights.T  # [digits, 32, 32]
        return np.rint(large).astype(np.uint8)[back]


@functools.lru_cache(maxsize=2)
def _load(path: str) -> tuple[np.ndarray, np.ndarray, int]:
    with epath.Path(path).open("rb") as file:
        arrays = np.load(file)
        return arrays["images"], arrays["labels"], int(arrays["num_train"])


@functools.cache
def _enlarging(size: int) -> np.ndarray:
    """Interpolation weights of the old rows in the new ones, `[32, size]`."""
    centre = (np.arange(DIGIT_SIZE) + 0.5) * size / DIGIT_SIZE - 0.5
    centre = np.clip(centre, 0, size - 1)[:, None]
    weights = np.maximum(0, 1 - np.abs(centre - np.arange(size)))
    return weights.astype(np.float32)
