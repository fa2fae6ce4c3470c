import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.data import Clips
from mipae_tf.data import Factor

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
    shape = Factor("shape_0", "class", False, size=3)
    clips = Clips.from_examples(examples(), [shape], "mine")
    np.testing.assert_array_equal(clips.video, VIDEO)
    np.testing.assert_array_equal(clips.content["shape_0"], [0, 1, 2, 0, 1])
    assert clips.pose["x_0"].shape == (5, 4)
    assert clips.pose["x_0"][2, 3] == 5
    np.testing.assert_array_equal(clips.instance["digit"], [0, 10, 20, 30, 40])
    # Factors that are not declared have defaults.
    assert clips.factors == (
        shape,
        Factor("x_0", "class", True),
        Factor("digit", "identifier", False),
    )
    assert (len(clips), clips.length, clips.frame_shape) == (5, 4, (6, 7, 3))


def test_all_kinds_of_sources_give_the_same_clips():
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


def test_the_fingerprint_changes_with_one_pixel():
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
    # A memory map is accepted.
    mapped = (VIDEO / 255).view(np.memmap)
    np.testing.assert_array_equal(Clips(mapped).video, VIDEO)


RGBA = VIDEO[..., [0, 1, 2, 0]]
LAST_TO_FRONT = VIDEO.transpose(0, 1, 4, 2, 3)


@pytest.mark.parametrize(
    "source, message",
    [
        (RGBA, r"width, 1 or 3\], got uint8 \[5, 4, 6, 7, 4\]\.$"),
        (
            VIDEO[..., :2],
            r"must be \[clips, time, .* uint8 \[5, 4, 6, 7, 2\]",
        ),
        (VIDEO[..., 0], r"must be \[clips, time, .* got uint8 \[5, 4, 6, 7\]"),
        (LAST_TO_FRONT, r"must be .*7\]; the layout looks channel-first"),
        (VIDEO[:0], r"at least one frame, got the shape \[0, 4, 6, 7, 3\]"),
        (VIDEO[:, :0], r"at least one frame, got the shape \[5, 0, 6, 7, 3\]"),
        (VIDEO.astype(int), "video holds int64; uint8, or floating values in"),
        (VIDEO > 9, "video holds bool; uint8"),
        (VIDEO.astype(np.float32), r"holds float32 in \[0, 255\]; uint8"),
        (VIDEO / 127.5 - 1, r"holds float64 in \[-1, 1\]; uint8"),
        (VIDEO * np.nan, r"in \[nan, nan\]; uint8"),
        ("clips.npy", r"a clip must be \[time, height, .* got <U1 \[\]"),
        (7, "must be an array, a tf.data.Dataset or another .* got int"),
    ],
)
def test_other_sources_are_refused(source, message):
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
        ([(VIDEO[0], 3)], "key video, got a tuple that is not an array"),
        (RGBA, r"a clip must be .*, got uint8 \[4, 6, 7, 4\]"),
        (LAST_TO_FRONT, r"a clip must be .*the layout looks channel-first"),
        ([VIDEO[:2]], r"a clip must be .*, got uint8 \[2, 4, 6, 7, 3\]"),
        ([VIDEO[0, :0]], "a clip must contain at least one frame"),
        (elements(VIDEO[0], pose=3), "pose must be a mapping of factors"),
        (
            [
                *elements(VIDEO[0], pose={"x": np.zeros(4)}),
                *elements(VIDEO[1], pose={"y": np.zeros(4)}),
            ],
            "different factors, .'x'. and .'y'.",
        ),
        (
            [
                *elements(VIDEO[0], content={"x": 1}),
                *elements(VIDEO[1], content={"x": [1, 2]}),
            ],
            "has values of 'x' of different shapes",
        ),
    ],
)
def test_other_elements_are_refused(examples, message):
    with pytest.raises(ValueError, match=f"^mine.*{message}"):
        Clips.from_examples(examples, name="mine")


def test_a_dataset_of_other_elements_is_refused():
    dataset = tf.data.Dataset.from_tensor_slices(VIDEO)
    renamed = dataset.map(lambda video: {"frames": video})
    with pytest.raises(ValueError, match="mine has .* the keys frames; the"):
        Clips.of(renamed, "mine")
    with pytest.raises(ValueError, match="mine must be finite"):
        Clips.of(dataset.repeat(), "mine")


def test_no_clips_and_unequal_clips_are_refused():
    with pytest.raises(ValueError, match="mine must contain at least one clip"):
        Clips.from_examples([], name="mine")
    with pytest.raises(ValueError, match="different shapes"):
        Clips.from_examples([VIDEO[0], VIDEO[1, :2]])
    with pytest.raises(
        ValueError, match="mine has elements with the keys masks;"
    ):
        Clips.from_examples([{"masks": VIDEO[0]}], name="mine")


def made(**given):
    return Clips(VIDEO, name="mine", **given)


def test_defaults_follow_from_dtype_and_axes():
    clips = made(
        values={
            "kind": np.arange(5),
            "seen": np.ones((5, 4), bool),
            "height": np.arange(5.0),
            "angle": np.zeros((5, 4), np.float32),
            "file": np.array(list("abcde")),
        }
    )
    assert clips.factors == (
        Factor("kind", "class", False),
        Factor("seen", "class", True),
        Factor("height", "scalar", False),
        Factor("angle", "scalar", True),
        Factor("file", "identifier", False),
    )
    assert set(clips.content) == {"kind", "height"}
    assert set(clips.pose) == {"seen", "angle"}
    assert set(clips.instance) == {"file"}


PLACES = (
    Factor("down", "position", True, object=3, axis="y"),
    Factor("left", "position", True, object=3, axis="x"),
    Factor("q7", "position", True, object=1, axis="x"),
    Factor("turn", "angle", True, size=8, object=1),
    Factor("who", "identifier", False),
)


def test_factors_by_kind_and_per_frame():
    moving = {factor.name: np.zeros((5, 4), int) for factor in PLACES[:4]}
    clips = made(values={**moving, "who": np.arange(5)}, factors=PLACES)
    assert clips.factors_of() == PLACES[:4]
    assert clips.factors_of("position") == PLACES[:3]
    assert clips.factors_of("angle", per_frame=True) == PLACES[3:4]
    assert clips.factors_of("angle", per_frame=False) == ()
    assert clips.factors_of("identifier") == PLACES[4:]
    assert clips.objects() == {1: {"x": "q7"}, 3: {"x": "left", "y": "down"}}
    assert list(clips.objects()) == [1, 3]
    assert list(clips.objects()[3]) == ["x", "y"]


@pytest.mark.parametrize(
    "values, factor, message",
    [
        ({}, PLACES[0], "mine: factor 'down' is declared but has no values"),
        (
            {"down": np.zeros(5)},
            PLACES[0],
            r"'down' must have values \[clips, time\] .*, got \[5\]",
        ),
        (
            {"turn": np.full((5, 4), 8)},
            PLACES[3],
            "'turn' must be from 0 to 7, got 8 to 8",
        ),
        (
            {"a": np.zeros((5, 4, 2))},
            None,
            r"must have .*, got \[5, 4, 2\]",
        ),
    ],
)
def test_invalid_values_are_refused(values, factor, message):
    with pytest.raises(ValueError, match=message):
        made(values=values, factors=[factor] if factor else ())


def test_a_factor_is_declared_once():
    values, twice = {"down": np.zeros((5, 4))}, [PLACES[0], PLACES[0]]
    rows = [{"video": clip, "pose": {"down": np.zeros(4)}} for clip in VIDEO]
    for make in (
        lambda: made(values=values, factors=twice),
        lambda: Clips.from_examples(rows, twice),
    ):
        with pytest.raises(ValueError, match="'down' is declared twice"):
            make()


def test_clips_must_have_the_same_factors():
    rows = [{"video": clip, "content": {"a": 1}} for clip in VIDEO]
    rows[3]["content"] = {"b": 1}
    with pytest.raises(ValueError, match="mine has clips with different fac"):
        Clips.from_examples(rows, name="mine")
    rows[3]["content"] = {"a": [1, 2]}
    with pytest.raises(ValueError, match="values of 'a' of different shapes"):
        Clips.from_examples(rows, name="mine")
    twice = [{"video": VIDEO[0], "content": {"a": 1}, "instance": {"a": 1}}]
    with pytest.raises(ValueError, match="mine has two factors 'a'"):
        Clips.from_examples(twice, name="mine")


STREAMS = {
    "masks": np.zeros((5, 4, 6, 7, 2), np.uint8),
    "actions": np.zeros((5, 4, 3), np.float32),
    "boxes": np.zeros((5, 4, 2, 4), np.float32),
    "times": np.zeros((5, 4), np.float32),
}


def test_streams_belong_to_their_clips():
    clips = made(streams=STREAMS)
    assert set(clips.streams) == {"video", *STREAMS}
    picked = clips.take([4, 0, 1])
    assert {len(array) for array in picked.streams.values()} == {3}
    assert clips.with_streams(["masks", "boxes"]) is clips
    rows = [
        {"video": VIDEO[n], **{k: v[n] for k, v in STREAMS.items()}}
        for n in range(5)
    ]
    found = Clips.from_examples(rows).streams
    for name, array in STREAMS.items():
        np.testing.assert_array_equal(found[name], array)
    with pytest.raises(ValueError, match="mine has no stream 'masks'; it"):
        made().with_streams(["masks"])


@pytest.mark.parametrize(
    "name, array, message",
    [
        (
            "depth",
            STREAMS["masks"],
            "mine: depth is not a stream; allowed",
        ),
        (
            "actions",
            np.zeros((5, 4, 3)),
            "actions must be float32 .*, got float64",
        ),
        (
            "boxes",
            np.zeros((5, 4, 2, 3), "f4"),
            r"must be .*objects, 4\], got",
        ),
        (
            "actions",
            np.zeros((5, 3, 3), "f4"),
            "must have 5 clips of 4 frames .* 5 clips of 3",
        ),
    ],
)
def test_invalid_streams_are_refused(name, array, message):
    with pytest.raises(ValueError, match=message):
        made(streams={name: array})


def test_the_source_is_no_factor_of_metrics():
    assert Clips(VIDEO).sources is None
    source = Factor("file", "source", False)
    groups = {"instance": {"file": np.array([4, 4, 7, 7, 9])}}
    clips = Clips.from_groups(VIDEO, groups, [source])
    assert clips.factors_of() == () and clips.factors_of("source") == (source,)
    assert clips.instance["file"] is clips.sources
    assert clips.take(slice(1, 3)).sources.tolist() == [4, 7]
