import io

import numpy as np
import tensorflow as tf
from PIL import Image
from tensorboard.backend.event_processing import event_accumulator

from mipae_tf.visual.summary import write_gif_summary
from mipae_tf.visual.summary import write_image_summary

FRAMES = np.random.default_rng(0).integers(
    0, 256, (4, 10, 14, 1), dtype=np.uint8
)


def written(folder, write):
    """Events by tag: (plugin, step, width, height, image bytes)."""
    writer = tf.summary.create_file_writer(str(folder))
    with writer.as_default():
        assert write()
    writer.close()
    events = event_accumulator.EventAccumulator(str(folder))
    events.Reload()
    found = {}
    for tag in events.Tags()["tensors"]:
        plugin = events.SummaryMetadata(tag).plugin_data.plugin_name
        (event,) = events.Tensors(tag)
        values = tf.make_ndarray(event.tensor_proto).tolist()
        found[tag] = (plugin, event.step, *values)
    return found


def test_gif_reaches_the_image_plugin_whole(tmp_path):
    events = written(
        tmp_path, lambda: write_gif_summary("forecast", FRAMES, 7, fps=5)
    )
    assert list(events) == ["forecast"]
    plugin, step, width, height, data = events["forecast"]
    assert (plugin, step, width, height) == ("images", 7, b"14", b"10")
    gif = Image.open(io.BytesIO(data))
    assert gif.format == "GIF" and gif.n_frames == 4
    gif.seek(3)
    np.testing.assert_array_equal(
        np.asarray(gif.convert("L")), FRAMES[3, ..., 0]
    )


def test_image_reaches_the_image_plugin(tmp_path):
    events = written(
        tmp_path, lambda: write_image_summary("strip", FRAMES[0], 3)
    )
    plugin, step, width, height, data = events["strip"]
    assert (plugin, step, width, height) == ("images", 3, b"14", b"10")
    image = np.asarray(Image.open(io.BytesIO(data)).convert("L"))
    np.testing.assert_array_equal(image, FRAMES[0, ..., 0])


def test_without_a_writer_nothing_is_written():
    assert not write_gif_summary("forecast", FRAMES, 0)
