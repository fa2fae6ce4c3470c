"""Long forecasts to a .npy file."""

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
    """Writes futures that come piece by piece, atomically.

    Each piece is written before the next is asked for; a memory map would do
    the same, but count as memory of the process.

    Args:
        path: Where the file is to be; `numpy.load` reads it.
        pieces: uint8 `[samples, frames, height, width, channel]`, one after
            another in time.
        shape: `(samples, horizon, height, width, channel)` of the whole.
    """
    samples, horizon, *frame = shape

    def fill(part: pathlib.Path) -> None:
        done, size = 0, int(np.prod(frame))
        sizes = tuple(map(int, shape))  # NumPy's own would spoil the header
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
