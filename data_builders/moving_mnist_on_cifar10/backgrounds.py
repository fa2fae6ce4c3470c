"""What is behind the digits: images, smooth colours, or black."""

import numpy as np
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.worlds.image_bank import ImageBank
from mipae_tf.data_builders.worlds.resize import resized

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
INDEX = Factor("background_index", "identifier", per_frame=False)
_GRID = 3  # colours along each side of a smooth background
_SEED = 1_847  # of smooth backgrounds
_BRIGHTEST = 0.5
_MEANS = ("background_r", "background_g", "background_b")


class CifarBackgrounds(ImageBank):
    """Images of CIFAR-10, resized bilinearly.

    Attributes:
        factors: What is known of a background, besides its number.
    """

    factors = (Factor("background", "class", False, size=len(CLASSES)), INDEX)

    def describe(self, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Values of the factors, with the shape of `numbers`."""
        return {"background": self.labels(numbers)}


class SmoothBackgrounds:
    """Random colours on a grid of 3 x 3 points, with smooth transitions.

    A background is a function of its number alone. Its planes are at most 0.5,
    so that digits, with a plane of at least 0.75, can be seen everywhere.

    Attributes:
        factors: What is known of a background, besides its number: its mean
            colour.
    """

    factors = (*(Factor(name, "scalar", False) for name in _MEANS), INDEX)

    def numbers(self, split: str) -> tuple[int, int]:
        """Number of the first background of a split, and of the next split."""
        first = ("train", "validation", "test").index(split) * 10**9
        return first, first + 10**9

    def describe(self, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Mean colours in [0, 1], with the shape of `numbers`."""
        grids, back = _grids(numbers)
        means = grids.mean((1, 2))[back]  # [..., channels]
        return dict(zip(_MEANS, np.moveaxis(means, -1, 0), strict=True))

    def draw(self, numbers: np.ndarray, size: int) -> np.ndarray:
        """Backgrounds, uint8 `[backgrounds, size, size, 3]`."""
        grids, back = _grids(numbers)
        images = np.rint(resized(255 * grids, size))
        return images.astype(np.uint8, order="C").take(back, 0)


class BlackBackgrounds:
    """No background."""

    factors = ()

    def numbers(self, split: str) -> tuple[int, int]:
        """A single background, 0, for all splits."""
        return 0, 1

    def describe(self, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Nothing is known of a background."""
        return {}

    def draw(self, numbers: np.ndarray, size: int) -> np.ndarray:
        """Zeros, uint8 `[backgrounds, size, size, 3]`."""
        return np.zeros((len(numbers), size, size, 3), np.uint8)


Backgrounds = CifarBackgrounds | SmoothBackgrounds | BlackBackgrounds
BACKGROUNDS: dict[str, type[Backgrounds]] = {
    "cifar10": CifarBackgrounds,
    "smooth": SmoothBackgrounds,
    "black": BlackBackgrounds,
}


def _grids(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Colours in [0, 1] of the different backgrounds among `numbers`.

    Returns:
        Float `[different, 3, 3, channels]`, and the index of each number in
        it, with the shape of `numbers`.
    """
    chosen, back = np.unique(numbers, return_inverse=True)
    shape = (_GRID, _GRID, 3)
    grids = [
        _BRIGHTEST * np.random.default_rng([_SEED, n]).random(shape)
        for n in chosen
    ]
    return np.stack(grids), back.reshape(np.shape(numbers))
