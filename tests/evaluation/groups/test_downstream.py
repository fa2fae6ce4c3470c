import dataclasses

import numpy as np
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.data import Clips
from mipae_tf.evaluation.groups.downstream import GROUP
from mipae_tf.evaluation.groups.downstream import _content_codes


def test_content_predicts_the_class_from_few_labels():
    seen = dataclasses.replace(subject(), clips=clips(60))
    found = GROUP.measure(seen)
    assert set(found.metrics) == {
        "downstream/shape_0/10",
        "downstream/shape_0/20",
    }
    row = found.metrics["downstream/shape_0/20"]
    assert row["value"] > 0.95
    assert row["chance"] < 0.8
    assert row["count"] == 20
    assert set(found.figures) == {"labels.png"}


def test_the_content_of_a_clip_is_the_mean_over_its_frames():
    """With a bar of varying brightness."""
    seen = subject()
    video = seen.clips.video.copy()
    video[:, ::2] //= 2
    seen = dataclasses.replace(
        seen, clips=dataclasses.replace(seen.clips, video=video)
    )
    found = _content_codes(seen)[:, 0]
    light = video.max(axis=(2, 3, 4)).mean(axis=1)
    np.testing.assert_allclose(found, light)


def test_an_action_is_predicted_from_motion():
    """Half of the bars stand still; a single pose does not show which."""
    world = clips(150)
    world = world.take(np.flatnonzero(world.pose["x_0"][:, 0] < 9)[:60])
    still = np.arange(60) % 2
    video = world.video.copy()
    video[still == 1] = video[still == 1, :1]
    gait = np.repeat(still[:, None], world.length, axis=1)
    world = dataclasses.replace(
        world,
        video=video,
        values={"gait": gait, "step": gait * np.arange(8) % 2, **world.values},
    )
    found = GROUP.measure(dataclasses.replace(subject(), clips=world)).metrics
    assert found["downstream/gait/20"]["value"] > 0.8
    assert "downstream/shape_0/20" in found
    # A factor that changes within a clip is not a label of the clip.
    assert not any("step" in key or "x_0" in key for key in found)


def test_without_content_the_whole_code_is_used():
    seen = dataclasses.replace(subject(roles=()), clips=clips(60))
    found = GROUP.measure(seen).metrics
    assert found["downstream/shape_0/20"]["value"] > 0.6


def test_absent_without_classes():
    bare = Clips(clips().video, name="bars test")
    found = GROUP.measure(dataclasses.replace(subject(), clips=bare)).metrics
    assert found == {
        "downstream": {"absent": "bars test has no classes of clips."}
    }


def test_sources_are_labelled_where_clips_have_them():
    """No source is on both sides, and the number of labels is of sources."""
    sources = np.arange(60) // 5
    seen = dataclasses.replace(subject(), clips=clips(60, sources=sources))
    found = GROUP.measure(seen).metrics
    assert set(found) == {"downstream/shape_0/4"}
    seen.clips.values["shape_0"][:] = sources > 0  # class 0: one source
    (row,) = GROUP.measure(seen).metrics.values()
    assert "Only 1 of 2 classes" in row["absent"]
