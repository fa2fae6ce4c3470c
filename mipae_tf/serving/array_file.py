"""Writing of long forecasts to .npy files."""

import os
import pathlib
from collections.abc import Iterable

import numpy as np

from mipae_tf.files import write_atomically


def write_array(
    path: str | os.PathLike,
    pieces: Iterable[np.ndarray],
    shape: tuple[int, ...],
) -> None:
    """Writes an array piece by piece and atomically.

    Each piece is written before the next one is computed. A memory map would
    count as memory of the process.

    Args:
        path: the .npy file to write.
        pieces: uint8 `[samples, frames, height, width, channel]`, consecutive
            in time.
        shape: shape `(samples, horizon, height, width, channel)` of the array.
    """
    samples, horizon, *frame = shape

    def fill(part: pathlib.Path) -> None:
        done, size = 0, int(np.prod(frame))
        sizes = tuple(map(int, shape))  # NumPy integers are not valid here
        header = {"descr": "|u1", "fortran_order": False, "shape": sizes}
        with part.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            start = file.tell()
            for piece in pieces:
                for sample in range(samples):
                    file.seek(start + (sample * horizon + done) * size)
                    file.write(piece[sample].tobytes())
                done += piece.shape[1]

    write_atomically(path, fill)
