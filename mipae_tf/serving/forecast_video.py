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
        "Number of context frames, the last ones of the video; all if unset.",
        type=int,
        low=1,
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

    An animation shows the input and the forecast side by side; an array
    contains only the forecast. Frames are predicted and written a few at a
    time, so the memory does not grow with the horizon. The exception is GIF,
    whose palette depends on all frames.

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
    video = _read(source, geometry_of(run_dir, model), options.context)
    futures = _futures(model, video, horizon, samples, options.seed)
    if kind == ".npy":
        _require_room(output, (samples, horizon, *model.frame_shape))
        write_array(output, futures, (samples, horizon, *model.frame_shape))
        return
    drawn = _drawn(video, futures, horizon, samples)
    if kind == ".mp4":
        write_mp4(output, drawn, options.fps)
    else:
        write_gif(output, np.concatenate(list(drawn)), options.fps)


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


def _read(
    source: pathlib.Path, geometry: Geometry, context: int | None
) -> np.ndarray:
    try:
        departure = departure_of(source, geometry)
        video = read_video(source, **dataclasses.asdict(geometry))
    except VideoError as error:
        raise ValueError(f"--input={error}") from error
    if departure:
        say(departure)
    if context is None:
        return video
    if not 1 <= context <= len(video):
        raise ValueError(
            f"--context={context} is too large: {source} has {len(video)} "
            f"frames; allowed is 1 to {len(video)}."
        )
    return video[-context:]


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


def _drawn(
    video: np.ndarray, futures: Iterable[np.ndarray], horizon: int, samples: int
) -> Iterator[np.ndarray]:
    """Yields the animation in pieces, uint8 `[frames, height, width, 3]`."""
    labels = [f"future {number}" for number in range(1, samples + 1)]
    labels = ["input", *(labels if samples > 1 else ["forecast"])]
    first = 0
    for panels in _panels(video, futures, samples):
        yield side_by_side(
            panels,
            labels,
            len(video),
            scale=4,
            first=first,
            steps=len(video) + horizon,
        )
        first += len(panels[0])


def _panels(
    video: np.ndarray, futures: Iterable[np.ndarray], samples: int
) -> Iterator[list[np.ndarray]]:
    """Yields the frames of all panels; the last input frame is repeated."""
    for first in range(0, len(video), FRAMES_PER_CALL):
        yield [video[first : first + FRAMES_PER_CALL]] * (1 + samples)
    for piece in futures:
        yield [np.repeat(video[-1:], piece.shape[1], axis=0), *piece]
