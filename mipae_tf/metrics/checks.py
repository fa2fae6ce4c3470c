"""Checks of the arrays given to a metric."""

import numpy as np

MIN_SAMPLES = 4
# Squared distances of larger codes would exceed the range of float64.
MAX_CODE = 1e150


def checked_codes(name: str, codes: np.ndarray) -> np.ndarray:
    """Returns codes `[samples, dimensions]` as float64.

    Raises:
      ValueError: if the rank is wrong, there are too few samples, or values
        are not finite.
    """
    codes = np.asarray(codes)
    real = codes.dtype.kind in "fiu" or codes.dtype.name == "bfloat16"
    if codes.ndim != 2 or codes.shape[1] < 1 or not real:
        raise ValueError(
            f"{name} must be real numbers [samples, dimensions], got "
            f"{codes.dtype} of shape {codes.shape}."
        )
    check_count(name, len(codes))
    codes = codes.astype(np.float64)
    invalid = ~(np.abs(codes) <= MAX_CODE)
    if invalid.any():
        raise ValueError(
            f"{name} must be finite and within ±{MAX_CODE:g}, got "
            f"{invalid.sum()} other values in {invalid.any(axis=1).sum()} of "
            f"{len(codes)} samples."
        )
    return codes


def check_count(name: str, count: int) -> None:
    """Raises a ValueError if `count` samples are too few for a metric."""
    if count < MIN_SAMPLES:
        raise ValueError(
            f"{name} must hold at least {MIN_SAMPLES} samples, got {count}."
        )


def check_same_count(**arrays: np.ndarray) -> None:
    """Raises a ValueError unless all arrays have the same length."""
    counts = {name: len(array) for name, array in arrays.items()}
    if len(set(counts.values())) > 1:
        stated = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise ValueError(
            "Codes and factors must have the same number of samples, got "
            f"{stated}."
        )


def label_ids(name: str, labels: np.ndarray) -> np.ndarray:
    """Numbers the distinct labels from zero.

    Args:
      name: name of the labels in error messages.
      labels: discrete labels `[samples]`, or label tuples
        `[samples, factors]`, each distinct row of which is one label.

    Returns:
      Integers `[samples]`, from 0 to the number of distinct labels minus 1.

    Raises:
      ValueError: if the rank is wrong, there is no factor, there are too few
        samples, or labels are NaN.
    """
    labels = np.asarray(labels)
    if labels.ndim not in (1, 2) or 0 in labels.shape[1:]:
        raise ValueError(
            f"{name} must be labels [samples] or [samples, factors], got "
            f"shape {labels.shape}."
        )
    check_count(name, len(labels))
    if labels.dtype.kind in "fc" and not np.isfinite(labels).all():
        raise ValueError(f"{name} must be finite, got NaN or infinity.")
    tuples = labels.reshape(len(labels), -1)  # [samples, factors]
    ids = np.zeros(len(labels), np.int64)
    for column in tuples.T:
        values, column = np.unique(column, return_inverse=True)
        # Renumber after each factor, so that the product cannot overflow.
        ids = np.unique(ids * len(values) + column, return_inverse=True)[1]
    return ids
