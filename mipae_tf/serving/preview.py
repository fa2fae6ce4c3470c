"""The forecast of a video file, as an animation."""

import pathlib

import numpy as np

from mipae_tf.runs import load
from mipae_tf.visual.animation import write_gif
from mipae_tf.visual.animation import write_mp4
from mipae_tf.visual.side_by_side import side_by_side
from mipae_tf.visual.video_file import read_video

WRITERS = {".gif": write_gif, ".mp4": write_mp4}


def preview(
    run_dir: str | pathlib.Path,
    source: str | pathlib.Path,
    output: str | pathlib.Path,
    horizon: int = 20,
    context: int | None = None,
    fps: float = 8,
    seed: int = 0,
    samples: int = 1,
) -> np.ndarray:
    """Forecasts what follows a video and writes both side by side.

    Args:
        run_dir: the folder that `train` wrote.
        source: .gif, .mp4, .npy or a folder of frames.
        output: .gif or .mp4 to write.
        horizon: frames to predict.
        context: the last so many frames are given to the model; all if None.
        fps: frames per second of the animation.
        seed: key of the draws of a stochastic model.
        samples: futures to draw, each a panel of the animation.

    Returns:
        The forecasts, uint8 `[samples, horizon, height, width, channel]`.

    Raises:
        ValueError: for a source that is no video, or an output of another
            kind; the message names the flag.
    """
    output = pathlib.Path(output)
    if output.suffix not in WRITERS:
        raise ValueError(
            f"--output={output} must end in {' or '.join(WRITERS)}."
        )
    if horizon < 1:
        raise ValueError(f"--horizon={horizon} is too small; 1 is the least.")
    if samples < 1:
        raise ValueError(f"--samples={samples} is too small; 1 is the least.")
    model = load(run_dir)
    if samples > 1 and not model.stochastic:
        raise ValueError(
            f"--samples={samples} asks for several futures; those of "
            f"{type(model).__name__} are all the same: 1 is allowed."
        )
    size, _, channels = model.frame_shape
    video = read_video(source, frame_size=size, channels=channels)
    if context is not None:
        if not 1 <= context <= len(video):
            raise ValueError(
                f"--context={context} does not fit {source}, which has "
                f"{len(video)} frames."
            )
        video = video[-context:]
    ahead = model.forecast(video[None], horizon, samples, seed)[:, 0].numpy()
    held = np.concatenate([video, np.repeat(video[-1:], horizon, axis=0)])
    shown = [np.concatenate([video, future]) for future in ahead]
    labels = [f"future {number}" for number in range(1, samples + 1)]
    frames = side_by_side(
        [held, *shown],
        ["input", *(labels if samples > 1 else ["forecast"])],
        len(video),
        scale=4,
    )
    WRITERS[output.suffix](output, frames, fps)
    return ahead
