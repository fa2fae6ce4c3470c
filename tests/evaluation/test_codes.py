import dataclasses

import numpy as np
import pytest
from evaluation.world import Builder
from evaluation.world import clips
from evaluation.world import shade
from evaluation.world import subject

from mipae_tf.evaluation import codes
from mipae_tf.evaluation.codes import clip_codes
from mipae_tf.evaluation.codes import static_codes
from mipae_tf.metrics.absent_metric import AbsentMetric


def belong_together(found):
    """Whether codes and labels are of the same frames."""
    shape, column = found.content["shape_0"], found.pose["x_0"]
    what, where = (found.latents[name][:, 0] for name in ("what", "where"))
    return (what == shade(shape)).all() and (where == column).all()


def test_chunks_of_drawn_frames_differ(monkeypatch):
    monkeypatch.setattr(codes, "DRAWN_AT_ONCE", 8)
    found = static_codes(subject(seed=3), 20)
    pieces = [
        Builder().sample_static(count, 3, start)
        for count, start in ((8, 0), (8, 8), (4, 16))
    ]
    expected = np.concatenate([pose["x_0"] for _, _, pose in pieces])
    np.testing.assert_array_equal(found.pose["x_0"], expected)
    assert len(found) == 20
    assert belong_together(found)


def test_frames_of_clips_are_at_random_times():
    seen = dataclasses.replace(subject(seed=3), clips=clips(60))
    found = clip_codes(seen)
    assert belong_together(found)
    columns = seen.clips.pose["x_0"]
    times = (columns == found.pose["x_0"][:, None]).argmax(axis=1)
    assert set(times) == set(range(8))
    np.testing.assert_array_equal(
        found.content["shape_0"], seen.clips.content["shape_0"]
    )
    other = clip_codes(dataclasses.replace(subject(seed=4), clips=clips(60)))
    assert (found.pose["x_0"] != other.pose["x_0"]).any()


def test_one_clip_of_each_source_is_encoded():
    seen = dataclasses.replace(
        subject(), clips=clips(60, sources=np.arange(60) // 3)
    )
    found = clip_codes(seen)
    assert len(found) == 20 and belong_together(found)
    assert found.source == "one frame of each of 20 sources of clips"
    few = clips(60, sources=np.arange(60) // 6)
    with pytest.raises(AbsentMetric, match="10 sources of clips are too few"):
        clip_codes(dataclasses.replace(seen, clips=few))
