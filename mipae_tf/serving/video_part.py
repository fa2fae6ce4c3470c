"""The part of a video that is forecast, and what follows it in the video."""

from typing import NamedTuple

import numpy as np

from mipae_tf.data_builders.recorded.clip_cutter import changed_share
from mipae_tf.metrics.frames.frame_quality import squared_errors

END, AUTO = "end", "auto"


class VideoPart(NamedTuple):
    """A context, and the true frames after it.

    Attributes:
        first: index of the first context frame in the video.
        context: uint8 `[context, height, width, channel]`.
        future: the frames that follow, at most as many as are predicted; none
            at the end of the video.
    """

    first: int
    context: np.ndarray
    future: np.ndarray


def video_part(
    video: np.ndarray, start: str, context: int, horizon: int
) -> VideoPart:
    """Takes the context of a forecast from a video.

    Args:
        video: uint8 `[frames, height, width, channel]`.
        start: 'end' for the last frames; 'auto' for where most pixels change,
            in the context and after it; or the index of the first frame.
        context: number of context frames.
        horizon: number of frames to predict.

    Raises:
        ValueError: if the context is not in the video, or `start` is not one of
            these; the message names the flag.
    """
    last = len(video) - context  # the last possible start
    if last < 0:
        raise ValueError(
            f"--context={context} is too large: the video has {len(video)} "
            f"frames; allowed is 1 to {len(video)}."
        )
    if start == END:
        first = last
    elif start == AUTO:
        first = _most_motion(video, context, horizon)
    elif start.isdecimal() and int(start) <= last:
        first = int(start)
    else:
        raise ValueError(
            f"--start={start} must be {END}, {AUTO} or a number of frames from "
            f"0 to {last}, as the video has {len(video)} frames and the "
            f"context {context}."
        )
    middle = first + context
    return VideoPart(
        first, video[first:middle], video[middle : middle + horizon]
    )


def _most_motion(video: np.ndarray, context: int, horizon: int) -> int:
    """The start with most motion in the context or after it, whichever is less.

    Something that enters after the context cannot be predicted, and something
    that leaves before its end is not worth predicting.
    """
    moving = [changed_share(*pair) for pair in zip(video, video[1:])]
    before = np.concatenate([[0.0], np.cumsum(moving)])  # [frames]

    def mean_motion(first: int, frames: int) -> float:
        pairs = max(frames - 1, 1)
        end = min(first + pairs, len(before) - 1)
        return (before[end] - before[first]) / pairs

    starts = range(max(1, len(video) - context - horizon + 1))
    scores = [
        min(mean_motion(at, context), mean_motion(at + context - 1, horizon))
        for at in starts
    ]
    return int(np.argmax(scores))


def comparison(part: VideoPart, predicted: np.ndarray) -> str:
    """A sentence with the PSNR of a forecast and of the last frame repeated.

    Args:
        part: context and true future.
        predicted: uint8 `[samples, frames, height, width, channel]`, at least
            as many frames as are known.
    """
    true = part.future[None]  # [1, frames, height, width, channel]
    copies = np.broadcast_to(part.context[-1:], true.shape)
    forecast = predicted[:, : len(part.future)]
    return (
        f"PSNR over the {len(part.future)} predicted frames that the video "
        f"has: forecast {_psnr(forecast, true)}, last frame repeated "
        f"{_psnr(copies, true)}."
    )


def _psnr(frames: np.ndarray, true: np.ndarray) -> str:
    error = squared_errors(frames, np.broadcast_to(true, frames.shape)).mean()
    return f"{-10 * np.log10(error):.1f} dB" if error else "exact"
