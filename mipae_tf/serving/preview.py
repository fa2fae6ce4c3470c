"""The forecast of a video file, as an animation or an array."""

import pathlib
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np
from tqdm import tqdm

from mipae_tf.models import VideoModel
from mipae_tf.models.base import PIECE
from mipae_tf.runs import load
from mipae_tf.serving.array_file import write_array
from mipae_tf.visual.animation import write_gif
from mipae_tf.visual.animation import write_mp4
from mipae_tf.visual.side_by_side import side_by_side
from mipae_tf.visual.video_file import read_video

ENDINGS = (".gif", ".mp4", ".npy")


def preview(
    run_dir: str | pathlib.Path,
    source: str | pathlib.Path,
    output: str | pathlib.Path,
    horizon: int = 20,
    context: int | None = None,
    fps: float = 8,
    seed: int = 0,
    samples: int = 1,
) -> None:
    """Forecasts what follows a video and writes it to a file.

    An animation shows the input and the forecast side by side; an array is
    the forecast alone. Frames are predicted, drawn and written a few at a
    time, so that memory does not grow with the horizon, but for a GIF, whose
    palette depends on all of them.

    Args:
        run_dir: the folder that `train` wrote.
        source: .gif, .mp4, .npy or a folder of frames.
        output: .gif, .mp4, or .npy to write: uint8 `[samples, horizon,
            height, width, channel]`.
        horizon: frames to predict.
        context: the last so many frames are given to the model; all if None.
        fps: frames per second of the animation.
        seed: key of the draws of a stochastic model.
        samples: futures to draw, each a panel of the animation.

    Raises:
        ValueError: for a source that is no video, an output of another kind,
            or a model that does not forecast from frames alone; the message
            names the flag.
    """
    output = pathlib.Path(output)
    if output.suffix not in ENDINGS:
        raise ValueError(f"--output={output} must end in {_either(ENDINGS)}.")
    if horizon < 1:
        raise ValueError(f"--horizon={horizon} is too small; 1 is the least.")
    if samples < 1:
        raise ValueError(f"--samples={samples} is too small; 1 is the least.")
    model = load(run_dir)
    _require_forecast(model, run_dir)
    if samples > 1 and not model.stochastic:
        raise ValueError(
            f"--samples={samples} asks for several futures; those of "
            f"{model.title} are all the same: 1 is allowed."
        )
    video = _read(source, model, context)
    futures = _futures(model, video, horizon, samples, seed)
    if output.suffix == ".npy":
        write_array(output, futures, (samples, horizon, *model.frame_shape))
        return
    drawn = _drawn(video, futures, horizon, samples)
    if output.suffix == ".mp4":
        write_mp4(output, drawn, fps)
    else:
        write_gif(output, np.concatenate(list(drawn)), fps)


def _require_forecast(model: VideoModel, run_dir: str | pathlib.Path) -> None:
    if not model.offers("forecast"):
        raise ValueError(
            f"--run_dir={run_dir} holds {model.title}, which offers no "
            "forecast."
        )
    others = [x for x in model.TAKES if x not in ("frames", "times")]
    if others:
        raise ValueError(
            f"--run_dir={run_dir} holds {model.title}, which takes "
            f"{' and '.join(others)} beside frames; from Python, "
            "model.forecast(Context(...), horizon) forecasts."
        )


def _either(endings: tuple[str, ...]) -> str:
    return f"{', '.join(endings[:-1])} or {endings[-1]}"


def _read(
    source: str | pathlib.Path, model: VideoModel, context: int | None
) -> np.ndarray:
    size, _, channels = model.frame_shape
    video = read_video(source, frame_size=size, channels=channels)
    if context is None:
        return video
    if not 1 <= context <= len(video):
        raise ValueError(
            f"--context={context} does not fit {source}, which has "
            f"{len(video)} frames."
        )
    return video[-context:]


def _futures(
    model: VideoModel, video: np.ndarray, horizon: int, samples: int, seed: int
) -> Iterator[np.ndarray]:
    with tqdm(
        total=horizon, desc="predicting", unit="frame", disable=None
    ) as bar:
        for piece in model.stream(video[None], horizon, samples, seed, PIECE):
            yield piece[:, 0]  # [samples, frames, height, width, channel]
            bar.update(piece.shape[2])


def _drawn(
    video: np.ndarray, futures: Iterable[np.ndarray], horizon: int, samples: int
) -> Iterator[np.ndarray]:
    """The animation, uint8 `[frames, height, width, 3]` at a time."""
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
    """What each panel shows next; the input stays as it was last."""
    for first in range(0, len(video), PIECE):
        yield [video[first : first + PIECE]] * (1 + samples)
    for piece in futures:
        yield [np.repeat(video[-1:], piece.shape[1], axis=0), *piece]
