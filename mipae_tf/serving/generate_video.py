"""Clips generated without an input, written as animations or arrays."""

import pathlib

import numpy as np

from mipae_tf.files import expand_home
from mipae_tf.limits import require_between
from mipae_tf.models.frame_values import to_uint8
from mipae_tf.runs import load
from mipae_tf.serving.array_file import write_array
from mipae_tf.serving.output_file import check_output
from mipae_tf.visual.animation import write_gif
from mipae_tf.visual.animation import write_mp4
from mipae_tf.visual.side_by_side import side_by_side

MAX_CLIPS = 100
MAX_FRAMES = 2_000


def generate_video(
    run_dir: str | pathlib.Path,
    output: str | pathlib.Path,
    count: int = 8,
    length: int = 20,
    seed: int = 0,
    fps: float = 8.0,
) -> None:
    """Generates clips without a context and writes them to a file.

    Example:

    >>> generate_video("runs/mine", "clips.gif", count=4)

    Args:
        run_dir: folder of the run.
        output: the .gif, .mp4 or .npy file to write; an animation shows all
            clips side by side, the array is uint8 `[count, length, height,
            width, channel]`.
        count: number of clips.
        length: number of frames per clip.
        seed: seed of the random draws.
        fps: frames per second of an animation.

    Raises:
        ValueError: if the model generates no clips, the output has another
            suffix, or a number is not allowed; the message names the flag.
    """
    require_between("generate", count, 1, MAX_CLIPS)
    require_between("horizon", length, 1, MAX_FRAMES)
    output = pathlib.Path(expand_home(output))
    check_output(output)
    model = load(run_dir)
    if not model.offers("generate"):
        raise ValueError(
            f"--run_dir={run_dir} contains {model.title}: "
            f"{model.not_offered('generate')}"
        )
    clips = np.asarray(to_uint8(model.generate(count, length, seed)))
    if output.suffix.lower() == ".npy":
        write_array(output, [clips], clips.shape)
        return
    frames = side_by_side([clips], scale=4)
    write = write_mp4 if output.suffix.lower() == ".mp4" else write_gif
    write(output, frames, fps)
