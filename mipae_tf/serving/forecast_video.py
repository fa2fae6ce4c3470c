"""Forecasts of video files, written as animations or arrays."""

import dataclasses
import math
import pathlib
import shutil
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

import numpy as np

from mipae_tf.cli.screen import Progress
from mipae_tf.cli.screen import say
from mipae_tf.data_builders.recorded.geometry import Geometry
from mipae_tf.data_builders.recorded.read_video import read_video
from mipae_tf.data_builders.recorded.video_formats import VideoError
from mipae_tf.files import expand_home
from mipae_tf.files import same_file
from mipae_tf.models import VideoModel
from mipae_tf.models.base import FRAMES_PER_CALL
from mipae_tf.options import Options
from mipae_tf.options import option
from mipae_tf.runs import load
from mipae_tf.serving.array_file import write_array
from mipae_tf.serving.output_file import check_output
from mipae_tf.serving.run_geometry import departure_of
from mipae_tf.serving.run_geometry import geometry_of
from mipae_tf.serving.video_part import AUTO
from mipae_tf.serving.video_part import END
from mipae_tf.serving.video_part import VideoPart
from mipae_tf.serving.video_part import comparison
from mipae_tf.serving.video_part import video_part
from mipae_tf.visual.animation import write_gif
from mipae_tf.visual.animation import write_mp4
from mipae_tf.visual.side_by_side import side_by_side

MAX_GIF_FRAMES = 2_000  # predicted frames


@dataclasses.dataclass(frozen=True, kw_only=True)
class ForecastOptions(Options):
    """Options of the forecast of a video."""

    horizon: int = option(20, "Number of frames to predict.", low=1)
    context: int | None = option(
        None,
        "Number of context frames; as in the training if unset.",
        type=int,
        low=1,
    )
    start: str = option(
        END,
        "Where the context is: end, the last frames of the video, so that the "
        "forecast goes beyond it; auto, where most pixels change; or the index "
        "of its first frame. If the video goes on after the context, the "
        "animation shows its true frames beside the forecast.",
    )
    fps: float = option(
        8.0, "Frames per second of the animation.", low=0.01, high=1_000.0
    )
    seed: int = option(0, "Seed of the samples of a stochastic model.", low=0)
    samples: int = option(
        1,
        "Number of futures to sample from a stochastic model.",
        low=1,
        high=1_000,
    )


def forecast_video(
    run_dir: str | pathlib.Path,
    source: str | pathlib.Path,
    output: str | pathlib.Path,
    options: ForecastOptions | None = None,
    **given: Any,
) -> None:
    """Forecasts the continuation of a video and writes it to a file.

    An animation shows the video and the forecast side by side; an array
    contains only the forecast. Where the video goes on after the context, a
    line on the screen compares the forecast with it. Frames are predicted and
    written a few at a time, so the memory does not grow with the horizon. The
    exception is GIF, whose palette depends on all frames.

    Example:

    >>> forecast_video("runs/mine", "clip.mp4", "forecast.gif", horizon=10)

    Args:
        run_dir: folder of the run.
        source: a video, a .npy array or a folder of frames, see
            `stored_frames`. Its frames are made as those of the training clips;
            a line on the screen says what had to be changed.
        output: the .gif, .mp4 or .npy file to write; the array is uint8
            `[samples, horizon, height, width, channel]`. It must not be the
            source, nor be in the folder of frames.
        options: options of the forecast.
        **given: fields of `ForecastOptions`, which override `options`.

    Raises:
        ValueError: if the source is not a video, the output has another suffix
            or would overwrite the source, or the model cannot forecast from
            frames alone; the message names the flag.
    """
    options = (options or ForecastOptions()).updated(given)
    horizon, samples = options.horizon, options.samples
    source, output = (
        pathlib.Path(expand_home(path)) for path in (source, output)
    )
    _check_output(output, source)
    kind = output.suffix.lower()
    if kind == ".gif" and horizon > MAX_GIF_FRAMES:
        raise ValueError(
            f"--horizon={horizon} is too large for a GIF, which must fit in "
            f"memory; allowed is 1 to {MAX_GIF_FRAMES}, or an --output that "
            "ends in .mp4 or .npy."
        )
    model = load(run_dir)
    _require_forecast(model, run_dir)
    if samples > 1 and not model.stochastic:
        raise ValueError(
            f"--samples={samples} is too large, as {model.title} is "
            "deterministic; allowed is 1."
        )
    video = _read(source, geometry_of(run_dir, model))
    # A shorter video is a context as well, unless more is asked for.
    context = options.context or min(model.config.context, len(video))
    part = video_part(video, options.start, context, horizon)
    known = []  # predicted frames whose true ones are known
    futures = _remembered(
        _futures(model, part.context, horizon, samples, options.seed),
        known,
        len(part.future),
    )
    if kind == ".npy":
        _require_room(output, (samples, horizon, *model.frame_shape))
        write_array(output, futures, (samples, horizon, *model.frame_shape))
    elif kind == ".mp4":
        write_mp4(output, _drawn(part, futures, options), options.fps)
    else:
        drawn = _drawn(part, futures, options)
        write_gif(output, np.concatenate(list(drawn)), options.fps)
    if options.start == AUTO:
        say(
            f"The context begins at frame {part.first} of {len(video)}, where "
            "most pixels change."
        )
    if known:
        say(comparison(part, np.concatenate(known, axis=1)))


def _check_output(output: pathlib.Path, source: pathlib.Path) -> None:
    check_output(output)
    if same_file(output, source):
        raise ValueError(
            f"--output={output} is the same file as --input={source}, which "
            "would be overwritten; use another file."
        )
    if source.is_dir() and source.resolve() in output.resolve().parents:
        raise ValueError(
            f"--output={output} is in the folder --input={source}; use a file "
            "outside it."
        )


def _require_room(output: pathlib.Path, shape: tuple[int, ...]) -> None:
    """Raises a ValueError if the disk has no space for the uint8 array."""
    wanted = math.prod(map(int, shape))  # bytes
    folders = (path for path in output.absolute().parents if path.exists())
    free = shutil.disk_usage(next(folders)).free
    if wanted > free:
        raise ValueError(
            f"--horizon={shape[1]} is too large, as --output={output} needs "
            f"{wanted / 1e9:,.1f} GB and only {free / 1e9:,.1f} GB are free."
        )


def _require_forecast(model: VideoModel, run_dir: str | pathlib.Path) -> None:
    if not model.offers("forecast"):
        raise ValueError(
            f"--run_dir={run_dir} contains {model.title}: "
            f"{model.not_offered('forecast')}{_instead(model)}"
        )
    others = [x for x in model.TAKES if x not in ("frames", "times")]
    if others:
        raise ValueError(
            f"--run_dir={run_dir} contains {model.title}, which needs "
            f"{' and '.join(others)} in addition to frames; in Python, call "
            "model.forecast(Context(...), horizon)."
        )


def _instead(model: VideoModel) -> str:
    if not model.offers("generate"):
        return ""
    return " --generate=N draws N clips without an input."


def _read(source: pathlib.Path, geometry: Geometry) -> np.ndarray:
    try:
        departure = departure_of(source, geometry)
        video = read_video(source, **dataclasses.asdict(geometry))
    except VideoError as error:
        raise ValueError(f"--input={error}") from error
    if departure:
        say(departure)
    return video


def _futures(
    model: VideoModel, video: np.ndarray, horizon: int, samples: int, seed: int
) -> Iterator[np.ndarray]:
    shown = Progress("predicting", horizon, "frame")
    try:
        for piece in model.stream(
            video[None], horizon, samples, seed, FRAMES_PER_CALL
        ):
            yield piece[:, 0]  # [samples, frames, height, width, channel]
            shown.update(piece.shape[2])
    finally:
        shown.close(leave=False)


def _remembered(
    futures: Iterable[np.ndarray], known: list[np.ndarray], frames: int
) -> Iterator[np.ndarray]:
    """Yields the pieces; adds those of the first `frames` frames to `known`."""
    for piece in futures:
        if sum(part.shape[1] for part in known) < frames:
            known.append(piece)
        yield piece


def _drawn(
    part: VideoPart, futures: Iterable[np.ndarray], options: ForecastOptions
) -> Iterator[np.ndarray]:
    """Yields the animation in pieces, uint8 `[frames, height, width, 3]`."""
    samples = options.samples
    labels = [f"future {number}" for number in range(1, samples + 1)]
    labels = labels if samples > 1 else ["forecast"]
    labels.insert(0, "video" if len(part.future) else "input")
    first = 0
    for panels in _panels(part, futures, samples):
        yield side_by_side(
            panels,
            labels,
            len(part.context),
            scale=4,
            first=first,
            steps=len(part.context) + options.horizon,
        )
        first += len(panels[0])


def _panels(
    part: VideoPart, futures: Iterable[np.ndarray], samples: int
) -> Iterator[list[np.ndarray]]:
    """Yields the frames of all panels; the last true frame is repeated."""
    for first in range(0, len(part.context), FRAMES_PER_CALL):
        piece = part.context[first : first + FRAMES_PER_CALL]
        yield [piece] * (1 + samples)
    shown = np.concatenate([part.context[-1:], part.future])
    at = 1
    for piece in futures:
        times = np.minimum(at + np.arange(piece.shape[1]), len(shown) - 1)
        yield [shown[times], *piece]
        at += piece.shape[1]
