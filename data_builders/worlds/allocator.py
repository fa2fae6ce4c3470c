"""Keeps the memory of a clip for the next clip."""

import functools

import numpy as np

_LARGEST = 30 * 2**20  # bytes; glibc adapts to freed blocks of up to 32 MiB


@functools.cache
def keep_freed_memory() -> None:
    """Makes the allocator keep what is freed, up to 60 MiB; once per process.

    By default, glibc returns the memory of arrays of a few hundred kilobytes to
    the system, and every clip pays for getting it again: a third of the time of
    drawing. Once a larger block has been freed, it keeps blocks up to that size
    ("Notes" of `man mallopt`). Nothing is written to the block, so that it
    takes no memory. Other allocators are not affected.
    """
    np.empty(_LARGEST, np.uint8)
