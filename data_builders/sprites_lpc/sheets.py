"""Renders characters from sprite sheets of the Liberated Pixel Cup.

The layout is that of the repository YingzhenLi/Sprites (Y. Li and S. Mandt,
"Disentangled Sequential Autoencoder", ICML 2018): cells of 64 x 64 pixels in 13
columns; each action has one row per direction.
"""

from collections.abc import Iterator

import numpy as np
from etils import epath
from mipae_tf.data_builders.sprites_lpc.characters import ACTIONS
from mipae_tf.data_builders.sprites_lpc.characters import ATTRIBUTES
from mipae_tf.data_builders.sprites_lpc.characters import DIRECTIONS
from mipae_tf.data_builders.sprites_lpc.characters import FRAME_SIZE
from mipae_tf.data_builders.sprites_lpc.characters import MOVES
from mipae_tf.data_builders.sprites_lpc.characters import NUM_CHARACTERS
from mipae_tf.data_builders.sprites_lpc.characters import PHASES
from mipae_tf.data_builders.sprites_lpc.characters import VALUES
from mipae_tf.data_builders.sprites_lpc.characters import Cycle
from mipae_tf.data_builders.sprites_lpc.characters import attributes_of
from PIL import Image

SHEET_WIDTH = 13 * FRAME_SIZE
# The published characters wear shoes no. 1.
SHOES = "shoes/1.png"
# Row of each action on a sheet, for `DIRECTIONS`.
_ROWS = {"walk": (10, 9, 11), "spellcard": (2, 1, 3), "slash": (14, 13, 15)}
# Column of each of the 8 frames. Walking leaves out the figure that stands.
_COLUMNS = {
    "walk": (8, 1, 2, 3, 4, 5, 6, 7),
    "spellcard": (0, 1, 2, 3, 4, 5, 4, 6),
    "slash": (0, 1, 2, 3, 4, 5, 4, 0),
}
_LEAST_HEIGHT = 16 * FRAME_SIZE
# The published order of the characters, of which 1,000 are for training.
_ORDER_SEED, _TRAIN = 423, 1_000


def cells() -> list[tuple[int, int]]:
    """(row, column) of each frame of each move, in order, `MOVES * PHASES`."""
    return [
        (_ROWS[action][direction], column)
        for action in ACTIONS
        for direction in range(len(DIRECTIONS))
        for column in _COLUMNS[action]
    ]


def is_sheets(folder: epath.Path) -> bool:
    """Whether the folder has a folder of sheets."""
    return (folder / ATTRIBUTES[0]).is_dir()


def render_cycles(folder: epath.Path) -> Iterator[Cycle]:
    """All nine cycles of all 1,296 characters.

    Args:
        folder: Folder with `body/0.png` to `body/5.png`, the same for the other
            attributes, and `shoes/1.png`.

    Raises:
        ValueError: If a sheet is missing, cannot be read or has a wrong size.
    """
    layers = [
        [_strip(folder / name / f"{value}.png") for value in range(VALUES)]
        for name in ATTRIBUTES
    ]
    shoes = _strip(folder / SHOES)
    order = np.random.RandomState(_ORDER_SEED).permutation(NUM_CHARACTERS)
    test = set(order[_TRAIN:].tolist())
    for number in range(NUM_CHARACTERS):
        attributes = attributes_of(number)
        worn = [of[v] for of, v in zip(layers, attributes, strict=True)]
        picture = Image.new("RGBA", shoes.size, "black")
        for layer in (*worn, shoes):
            picture = Image.alpha_composite(picture, layer)
        part = "test" if number in test else "train"
        for move, frames in enumerate(_cut(np.asarray(picture)[..., :3])):
            yield Cycle(np.array(attributes), move, part, frames)


def _cut(strip: np.ndarray) -> np.ndarray:
    """Frames of a strip of cells: `[moves, phases, 64, 64, 3]`."""
    frames = strip.reshape(FRAME_SIZE, -1, FRAME_SIZE, 3).swapaxes(0, 1)
    return frames.reshape(MOVES, PHASES, FRAME_SIZE, FRAME_SIZE, 3)


def _strip(path: epath.Path) -> Image.Image:
    """The cells of a sheet that are used, side by side."""
    try:
        with path.open("rb") as file:
            sheet = Image.open(file).convert("RGBA")
    except FileNotFoundError:
        raise ValueError(
            f"{path} is missing; the sheets are those of YingzhenLi/Sprites, "
            "see data_builders/sprites_lpc/README.md."
        ) from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} cannot be read ({error}).") from error
    if sheet.width != SHEET_WIDTH or sheet.height < _LEAST_HEIGHT:
        raise ValueError(
            f"{path} has {sheet.width} x {sheet.height} pixels, but a sheet "
            f"has a width of {SHEET_WIDTH} and a height of at least "
            f"{_LEAST_HEIGHT}."
        )
    size = FRAME_SIZE
    places = cells()
    strip = Image.new("RGBA", (size * len(places), size))
    for index, (row, column) in enumerate(places):
        left, top = size * column, size * row
        cell = sheet.crop((left, top, left + size, top + size))
        strip.paste(cell, (size * index, 0))
    return strip
