import numpy as np
import pytest
from evaluation.world import clips

from mipae_tf.evaluation.probing import FRAMES
from mipae_tf.evaluation.probing import probe_entry
from mipae_tf.evaluation.probing import probed_times
from mipae_tf.metrics.absent_metric import AbsentMetric

CLIPS = 60


def probed(codes, target, seed=0, sources=None, categorical=True):
    return probe_entry(
        "leak/x",
        codes,
        target,
        categorical,
        seed,
        "linear",
        better="none",
        sources=sources,
    )


def test_frames_of_a_clip_stay_on_one_side_of_the_split():
    """Codes that identify clips do not predict the classes of other clips."""
    codes = np.repeat(np.eye(CLIPS), FRAMES, axis=0)
    classes = np.random.default_rng(0).integers(0, 2, CLIPS)
    found = probed(codes, np.repeat(classes, FRAMES))
    assert found["value"] < 0.7
    assert found["count"] == CLIPS // 2 * FRAMES


def test_all_frames_of_a_clip_are_probed():
    """A class that only the last frame shows is predicted."""
    target = np.tile(np.arange(FRAMES) == FRAMES - 1, CLIPS).astype(int)
    noise = np.random.default_rng(0).standard_normal((len(target), 2))
    assert probed(noise + 9 * target[:, None], target)["value"] == 1.0
    times = probed_times(clips())
    assert (times[0], times[-1], len(times)) == (0, 7, FRAMES)


def test_the_seed_determines_the_split():
    noise = np.random.default_rng(0).standard_normal((CLIPS * FRAMES, 3))
    target = np.repeat(np.arange(CLIPS) % 2, FRAMES)
    one, again, other = (probed(noise, target, s) for s in (0, 0, 1))
    assert one == again
    assert one["value"] != other["value"]


def test_a_single_clip_cannot_be_split():
    with pytest.raises(AbsentMetric, match="One clip alone"):
        probed(np.zeros((FRAMES, 2)), np.zeros(FRAMES))


SOURCES = np.arange(CLIPS) // 6  # ten videos of six clips each


def test_clips_of_a_source_stay_on_one_side_of_the_split():
    """Codes that identify sources do not predict the classes of others."""
    codes = np.repeat(np.eye(10)[SOURCES], FRAMES, axis=0)
    classes = np.repeat(SOURCES % 2, FRAMES)
    assert probed(codes, classes)["value"] == 1.0
    found = probed(codes, classes, sources=SOURCES)
    assert found["value"] < 0.7
    assert found["sources"] == 5
    assert found["count"] == 30 * FRAMES


def test_classes_on_one_side_of_the_split_are_left_out():
    """One of three classes has a single source, the others have several."""
    classes = np.where(SOURCES == 0, 2, SOURCES % 2)
    target = np.repeat(classes, FRAMES)
    codes = np.eye(3)[target]
    found = probed(codes, target, sources=SOURCES)
    assert found["value"] == 1.0
    assert found["classes_left_out"] == 1
    assert "classes_left_out" not in probed(
        codes, np.repeat(SOURCES % 2, FRAMES), sources=SOURCES
    )


def test_probes_without_enough_sources_are_absent():
    codes, target = np.zeros((CLIPS * FRAMES, 2)), np.repeat(SOURCES, FRAMES)
    with pytest.raises(AbsentMetric, match="Only 0 of 10 classes"):
        probed(codes, target, sources=SOURCES)
    with pytest.raises(AbsentMetric, match="All clips are of one source"):
        probed(codes, target, sources=np.zeros(CLIPS, int))
