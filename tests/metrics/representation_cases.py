"""Factors, and codes with known disentanglement."""

import numpy as np

VALUES = {"shape": 3, "size": 4, "x": 8, "y": 6}


def factor_labels(count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Independent uniform labels of four factors."""
    generator = np.random.default_rng(seed)
    return {
        name: generator.integers(values, size=count)
        for name, values in VALUES.items()
    }


def oracle_codes(factors: dict[str, np.ndarray], seed: int = 1) -> np.ndarray:
    """One dimension per factor, with noise that prevents ties."""
    columns = [labels / labels.max() for labels in factors.values()]
    codes = np.stack(columns, axis=1)  # [samples, factors]
    noise = np.random.default_rng(seed).standard_normal(codes.shape)
    return codes + 0.01 * noise


def rotated(codes: np.ndarray) -> np.ndarray:
    """The same information, each dimension a mixture of all."""
    normal = np.random.default_rng(5).standard_normal((codes.shape[1],) * 2)
    return (codes - codes.mean(axis=0)) @ np.linalg.qr(normal)[0]
