"""Small videos of four colours for tests, written with PyAV."""

import av
import numpy as np

# Quadrants of 24 x 48 pixels: no rotation or reflection looks like another.
PICTURE = np.zeros((24, 48, 3), np.uint8)
PICTURE[:12, :24] = (250, 0, 0)
PICTURE[:12, 24:] = (0, 250, 0)
PICTURE[12:, :24] = (0, 0, 250)
PICTURE[12:, 24:] = (130, 130, 130)


def write_video(
    path,
    codec="libx264",
    pixels="yuv444p",
    frame=PICTURE,
    count=2,
    prepare=lambda stream: None,
    options=None,
):
    """A video of one frame repeated; `prepare` may change its stream."""
    frame = np.ascontiguousarray(frame)
    kind = "rgba" if frame.shape[-1] == 4 else "rgb24"
    with av.open(f"file:{path}", "w") as container:
        stream = container.add_stream(codec, 25, options=options or {})
        stream.height, stream.width = frame.shape[:2]
        stream.pix_fmt = pixels
        prepare(stream)
        for _ in range(count):
            picture = av.VideoFrame.from_ndarray(frame, format=kind)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def apart(one, other):
    """Mean difference in grey levels; `inf` if shapes differ."""
    if one.shape != other.shape:
        return np.inf
    return np.abs(one.astype(int) - other).mean()


def write_frames(path, frames, rate=25, codec="mpeg4"):
    """A video of these frames, uint8 [time, height, width] or [..., 3]."""
    with av.open(f"file:{path}", "w") as container:
        stream = container.add_stream(codec, rate)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 2_000_000
        kind = "gray" if frames.ndim == 3 else "rgb24"
        for frame in frames:
            picture = av.VideoFrame.from_ndarray(frame, format=kind)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path
