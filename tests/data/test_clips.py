import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.data import Clips

VIDEO = (
    np.random.default_rng(0).integers(0, 256, (5, 4, 6, 7, 3)).astype(np.uint8)
)


def examples():
    for index, video in enumerate(VIDEO):
        yield {
            "video": video,
            "content": {"shape_0": index % 3},
            "pose": {"x_0": np.arange(4) + index},
            "instance": {"digit": 10 * index},
        }


def test_examples_become_arrays():
    clips = Clips.from_examples(examples(), {"shape_0": 3}, "mine")
    np.testing.assert_array_equal(clips.video, VIDEO)
    np.testing.assert_array_equal(clips.content["shape_0"], [0, 1, 2, 0, 1])
    assert clips.pose["x_0"].shape == (5, 4)
    assert clips.pose["x_0"][2, 3] == 5
    np.testing.assert_array_equal(clips.instance["digit"], [0, 10, 20, 30, 40])
    assert clips.cardinality == {"shape_0": 3}
    assert (len(clips), clips.length, clips.frame_shape) == (5, 4, (6, 7, 3))


def test_sources_of_every_kind_give_the_same_clips():
    dataset = tf.data.Dataset.from_tensor_slices(VIDEO)
    mappings = dataset.map(lambda video: {"video": video})
    made = Clips(VIDEO)
    assert Clips.of(made) is made
    for source in (VIDEO, dataset, mappings, list(VIDEO)):
        np.testing.assert_array_equal(Clips.of(source).video, VIDEO)


def test_take_keeps_the_groups_aligned():
    picked = Clips.from_examples(examples()).take(np.array([3, 1]))
    np.testing.assert_array_equal(picked.video, VIDEO[[3, 1]])
    np.testing.assert_array_equal(picked.content["shape_0"], [0, 1])
    np.testing.assert_array_equal(picked.pose["x_0"][:, 0], [3, 1])
    np.testing.assert_array_equal(picked.instance["digit"], [30, 10])


def test_the_fingerprint_sees_one_pixel():
    changed = VIDEO.copy()
    changed[4, 3, 5, 6, 2] ^= 1
    prints = [Clips(video).fingerprint() for video in (VIDEO, VIDEO, changed)]
    assert prints[0] == prints[1] != prints[2]
    assert len(prints[0]) == 16
    # The same bytes in another shape are other clips.
    assert Clips(VIDEO.reshape(5, 4, 7, 6, 3)).fingerprint() != prints[0]


def test_floats_in_the_unit_range_are_scaled():
    for kind in ("float16", "float32", "float64"):
        floats = (VIDEO / 255).astype(kind)
        dataset = tf.data.Dataset.from_tensor_slices({"video": floats})
        for source in (floats, dataset, list(floats)):
            np.testing.assert_array_equal(Clips.of(source).video, VIDEO)
    # A memory map, which is never in memory as a whole, will do.
    mapped = (VIDEO / 255).view(np.memmap)
    np.testing.assert_array_equal(Clips(mapped).video, VIDEO)


RGBA = VIDEO[..., [0, 1, 2, 0]]
LAST_TO_FRONT = VIDEO.transpose(0, 1, 4, 2, 3)


@pytest.mark.parametrize(
    "source, message",
    [
        (RGBA, r"uint8 \[5, 4, 6, 7, 4\]; needed is .*width, 1 or 3\]\.$"),
        (VIDEO[..., :2], r"\[5, 4, 6, 7, 2\]; needed is \[clips, time, height"),
        (VIDEO[..., 0], r"\[5, 4, 6, 7\]; needed is \[clips, time, height"),
        (LAST_TO_FRONT, r"7\]; needed is .* the layout looks channel-first"),
        (VIDEO[:0], r"video holds no frame: its shape is \[0, 4, 6, 7, 3\]"),
        (VIDEO[:, :0], r"video holds no frame: its shape is \[5, 0, 6, 7, 3\]"),
        (VIDEO.astype(int), "video holds int64; uint8, or floating values in"),
        (VIDEO > 9, "video holds bool; uint8"),
        (VIDEO.astype(np.float32), r"holds float32 in \[0, 255\]; uint8"),
        (VIDEO / 127.5 - 1, r"holds float64 in \[-1, 1\]; uint8"),
        (VIDEO * np.nan, r"in \[nan, nan\]; uint8"),
        ("clips.npy", r"a video is <U1 \[\]; needed is \[time, height, width"),
        (7, "is of the type int; it must be an array, a tf.data.Dataset or"),
    ],
)
def test_what_are_no_clips_is_refused(source, message):
    with pytest.raises(ValueError, match=f"^mine.*{message}"):
        Clips.of(source, "mine")


def elements(*videos, **others):
    return [{"video": video, **others} for video in videos]


@pytest.mark.parametrize(
    "examples, message",
    [
        (
            [{"frames": VIDEO[0], "label": 3}],
            "has elements with the keys frames, label; the frames must be "
            "under the key video",
        ),
        ([(VIDEO[0], 3)], "elements of the type tuple that are no array"),
        (RGBA, r"a video is uint8 \[4, 6, 7, 4\]; needed is"),
        (LAST_TO_FRONT, r"a video is .*the layout looks channel-first"),
        ([VIDEO[:2]], r"a video is uint8 \[2, 4, 6, 7, 3\]; needed is"),
        ([VIDEO[0, :0]], "a video holds no frame"),
        (elements(VIDEO[0], pose=3), "pose must be a mapping of factors"),
        (
            [
                *elements(VIDEO[0], pose={"x": np.zeros(4)}),
                *elements(VIDEO[1], pose={"y": np.zeros(4)}),
            ],
            "pose must be a mapping of factors, the same ones .*'x'",
        ),
        (
            [
                *elements(VIDEO[0], content={"x": 1}),
                *elements(VIDEO[1], content={"x": [1, 2]}),
            ],
            "content must be a mapping of factors, .* of the same shape",
        ),
    ],
)
def test_elements_that_are_no_clips_are_refused(examples, message):
    with pytest.raises(ValueError, match=f"^mine.*{message}"):
        Clips.from_examples(examples, name="mine")


def test_a_dataset_of_other_elements_is_refused():
    dataset = tf.data.Dataset.from_tensor_slices(VIDEO)
    renamed = dataset.map(lambda video: {"frames": video})
    with pytest.raises(ValueError, match="mine has .* the keys frames; the"):
        Clips.of(renamed, "mine")
    with pytest.raises(ValueError, match="mine is .* that repeats for ever"):
        Clips.of(dataset.repeat(), "mine")


def test_no_clip_and_unequal_clips_are_refused():
    with pytest.raises(ValueError, match="mine holds no clip"):
        Clips.from_examples([], name="mine")
    with pytest.raises(ValueError, match="different shapes"):
        Clips.from_examples([VIDEO[0], VIDEO[1, :2]])
