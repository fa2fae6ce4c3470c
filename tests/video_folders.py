"""Folders of tiny videos for tests."""

import numpy as np
from PIL import Image
from video_cases import write_frames


def moving_square(number, frames=24, size=(20, 16)):
    """A square that moves, uint8 [frames, height, width]; `number` is dark."""
    video = np.full((frames, *size[::-1]), 8 * number, np.uint8)
    for time in range(frames):
        left = (time + number) % (size[0] - 6)
        video[time, 5:11, left : left + 6] = 250
    return video


def write_folder(folder, count=4, frames=24):
    """Writes `count` grey videos, called a/0.npy, a/1.npy and so on."""
    (folder / "a").mkdir(parents=True, exist_ok=True)
    for number in range(count):
        np.save(folder / "a" / f"{number}.npy", moving_square(number, frames))
    return folder


def write_gif(path, number, frames=24, duration=40):
    images = [Image.fromarray(f) for f in moving_square(number, frames)]
    images[0].save(
        path, save_all=True, append_images=images[1:], duration=duration
    )


def write_images(folder, number, frames=24):
    folder.mkdir(parents=True)
    for time, frame in enumerate(moving_square(number, frames)):
        Image.fromarray(frame).save(folder / f"{time}.png")


def write_movie(path, number, frames=24, rate=25):
    return write_frames(path, moving_square(number, frames), rate)
