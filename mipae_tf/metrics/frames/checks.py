"""Checks of the frames given to a metric."""

import numpy as np


def checked_frames(
    prediction: np.ndarray, truth: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns both as arrays `[clips, time, height, width, channels]`.

    Raises:
      ValueError: if shapes differ, there is no frame, uint8 is mixed with
        float, the dtype is another one, or floats are outside [0, 1].
    """
    prediction, truth = np.asarray(prediction), np.asarray(truth)
    if prediction.shape != truth.shape or prediction.ndim != 5:
        raise ValueError(
            "prediction and truth must both be frames [clips, time, height, "
            f"width, channels], got shapes {prediction.shape} and "
            f"{truth.shape}."
        )
    if 0 in prediction.shape:
        raise ValueError(
            "prediction and truth must not be empty, got shape "
            f"{prediction.shape}."
        )
    kinds = {
        "uint8" if frames.dtype == np.uint8 else frames.dtype.kind
        for frames in (prediction, truth)
    }
    if len(kinds) > 1 or not kinds <= {"uint8", "f"}:
        raise ValueError(
            "prediction and truth must both be uint8, or both float in "
            f"[0, 1], got {prediction.dtype} and {truth.dtype}."
        )
    if kinds == {"f"}:
        check_unit_range("prediction", prediction)
        check_unit_range("truth", truth)
    return prediction, truth


def checked_videos(name: str, videos: np.ndarray, rank: int = 5) -> np.ndarray:
    """Returns one array of frames of the given rank.

    Raises:
      ValueError: if the rank is wrong, there is no frame, or the frames are
        neither uint8 nor float in [0, 1].
    """
    videos = np.asarray(videos)
    if videos.ndim != rank or 0 in videos.shape:
        raise ValueError(
            f"{name} must be frames [{'samples, ' * (rank - 5)}clips, time, "
            f"height, width, channels] without an empty axis, got shape "
            f"{videos.shape}."
        )
    if videos.dtype != np.uint8 and videos.dtype.kind != "f":
        raise ValueError(
            f"{name} must be uint8, or float in [0, 1], got {videos.dtype}."
        )
    if videos.dtype.kind == "f":
        check_unit_range(name, videos)
    return videos


def check_unit_range(name: str, frames: np.ndarray) -> None:
    """Raises a ValueError unless float frames are within [0, 1]."""
    low, high = frames.min(), frames.max()
    if not (low >= 0 and high <= 1):  # NaN fails both comparisons
        raise ValueError(
            f"Float frames must be within [0, 1], got a {name} from {low} to "
            f"{high}."
        )


def unit_frames(frames: np.ndarray) -> np.ndarray:
    """Frames as float64 in [0, 1]; uint8 is divided by 255."""
    scale = 255 if frames.dtype == np.uint8 else 1
    return frames.astype(np.float64) / scale
