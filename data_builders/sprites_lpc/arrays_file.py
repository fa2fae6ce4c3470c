"""Reads characters from prepared arrays, an npz file."""

import zipfile
import zlib
from collections.abc import Iterator

import numpy as np
from etils import epath
from mipae_tf.data_builders.sprites_lpc.characters import ATTRIBUTES
from mipae_tf.data_builders.sprites_lpc.characters import CYCLE_SHAPE
from mipae_tf.data_builders.sprites_lpc.characters import MOVES
from mipae_tf.data_builders.sprites_lpc.characters import PARTS
from mipae_tf.data_builders.sprites_lpc.characters import VALUES
from mipae_tf.data_builders.sprites_lpc.characters import Cycle
from mipae_tf.data_builders.sprites_lpc.characters import move_name

_READ_ERRORS = (zipfile.BadZipFile, zlib.error, KeyError, OSError, ValueError)
_NAMES = {
    "attribute_names": list(ATTRIBUTES),
    "action_names": [move_name(move) for move in range(MOVES)],
}


def read_cycles(path: epath.Path) -> Iterator[Cycle]:
    """The clips of the file, one at a time.

    The file has, for `train` and `test`, `x_PART` uint8 `[clips, 8, 64, 64, 3]`
    RGB, `attributes_PART` `[clips, 4]` in 0..5 and `action_PART` `[clips]` in
    0..8. `attribute_names` and `action_names` are optional and checked.

    Raises:
        ValueError: If the file cannot be read or has other contents.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            for key, names in _NAMES.items():
                _check_names(archive, key, names)
            for part in PARTS:
                yield from _part(archive, part)
    except _READ_ERRORS as error:
        raise ValueError(
            f"{path} is not a file of sprites ({error}); replace it, see "
            "data_builders/sprites_lpc/README.md."
        ) from error


def _part(archive: zipfile.ZipFile, part: str) -> Iterator[Cycle]:
    attributes = _small(archive, f"attributes_{part}", VALUES)
    moves = _small(archive, f"action_{part}", MOVES)
    count = len(moves)
    _check_shape(f"attributes_{part}", attributes, (count, len(ATTRIBUTES)))
    _check_shape(f"action_{part}", moves, (count,))
    name = f"x_{part}"
    with archive.open(f"{name}.npy") as member:
        np.lib.format.read_magic(member)
        header = np.lib.format.read_array_header_1_0(member)
        if header != ((count, *CYCLE_SHAPE), False, np.uint8):
            raise ValueError(
                f"{name} must be uint8 {(count, *CYCLE_SHAPE)} in C order, got "
                f"{header[2]} {header[0]}"
            )
        for row in range(count):
            raw = member.read(int(np.prod(CYCLE_SHAPE)))
            if len(raw) < np.prod(CYCLE_SHAPE):
                raise ValueError(f"{name} ends early")
            frames = np.frombuffer(raw, np.uint8).reshape(CYCLE_SHAPE)
            yield Cycle(attributes[row], int(moves[row]), part, frames)


def _small(archive: zipfile.ZipFile, name: str, size: int) -> np.ndarray:
    """An array of integers in 0..size - 1."""
    with archive.open(f"{name}.npy") as member:
        values = np.lib.format.read_array(member)
    if values.dtype.kind not in "iu":
        raise ValueError(f"{name} must be integers, got {values.dtype}")
    if not values.size or values.min() < 0 or values.max() >= size:
        got = f"{values.min()} to {values.max()}" if values.size else "none"
        raise ValueError(f"{name} must be from 0 to {size - 1}, got {got}")
    return values.astype(np.int64)


def _check_shape(name: str, array: np.ndarray, shape: tuple) -> None:
    if array.shape != shape:
        raise ValueError(f"{name} must be {shape}, got {array.shape}")


def _check_names(archive: zipfile.ZipFile, key: str, names: list) -> None:
    if f"{key}.npy" not in archive.namelist():
        return
    with archive.open(f"{key}.npy") as member:
        found = np.lib.format.read_array(member).tolist()
    if found != names:
        raise ValueError(f"{key} must be {names}, got {found}")
