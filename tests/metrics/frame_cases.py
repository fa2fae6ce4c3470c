"""Random frames for tests."""

import numpy as np


def random_frames(shape=(3, 4, 16, 20, 3), seed=0):
    """Bytes, each value as likely as any other."""
    return np.random.default_rng(seed).integers(256, size=shape, dtype=np.uint8)


def noisy(frames, spread, seed=0):
    """Bytes with normal noise of a standard deviation added."""
    noise = np.random.default_rng(seed).normal(0, spread, frames.shape)
    return np.clip(frames + noise, 0, 255).astype(np.uint8)
