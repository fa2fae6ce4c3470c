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


def test_wrong_video_is_named():
    with pytest.raises(
        ValueError, match=r"train: video is float32 \[1, 2, 3, 4, 1\]"
    ):
        Clips(np.zeros((1, 2, 3, 4, 1), np.float32), name="train")
    with pytest.raises(ValueError, match=r"uint8 \[2, 3, 4, 1\]"):
        Clips(np.zeros((2, 3, 4, 1), np.uint8))


def test_no_clip_and_unequal_clips_are_refused():
    with pytest.raises(ValueError, match="mine holds no clip"):
        Clips.from_examples([], name="mine")
    with pytest.raises(ValueError, match="different shapes"):
        Clips.from_examples([VIDEO[0], VIDEO[1, :2]])
