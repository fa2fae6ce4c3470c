"""What the arrays given to a metric must look like."""

import numpy as np

FEWEST_SAMPLES = 4
# Squared distances of larger codes would leave the range of float64.
LARGEST_CODE = 1e150


def checked_codes(name: str, codes: np.ndarray) -> np.ndarray:
    """Returns codes `[samples, dimensions]` as float64.

    Raises:
      ValueError: another rank, too few samples, or values that are not finite.
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
    unfit = ~(np.abs(codes) <= LARGEST_CODE)
    if unfit.any():
        raise ValueError(
            f"{name} must be finite and within ±{LARGEST_CODE:g}, got "
            f"{unfit.sum()} other values in {unfit.any(axis=1).sum()} of "
            f"{len(codes)} samples."
        )
    return codes


def check_count(name: str, count: int) -> None:
    """Raises a ValueError where `count` samples are too few to measure on."""
    if count < FEWEST_SAMPLES:
        raise ValueError(
            f"{name} must hold at least {FEWEST_SAMPLES} samples, got {count}."
        )


def check_same_count(**arrays: np.ndarray) -> None:
    """Raises a ValueError unless all arrays have equally many samples."""
    counts = {name: len(array) for name, array in arrays.items()}
    if len(set(counts.values())) > 1:
        stated = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise ValueError(
            f"Codes and factors must have equally many samples, got {stated}."
        )


def label_ids(name: str, labels: np.ndarray) -> np.ndarray:
    """Numbers the distinct labels from zero.

    Args:
      name: what to call the labels in an error.
      labels: discrete labels `[samples]`, or label tuples
        `[samples, factors]`, of which each distinct row is one label.

    Returns:
      Integers `[samples]` in 0..distinct labels - 1.

    Raises:
      ValueError: another rank, no factor, too few samples, or NaN.
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
        # Renumbered after each factor, so that the product cannot overflow.
        ids = np.unique(ids * len(values) + column, return_inverse=True)[1]
    return ids
