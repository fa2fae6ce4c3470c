import numpy as np
import pytest
from evaluation.world import clips

from mipae_tf.evaluation.probing import FRAMES
from mipae_tf.evaluation.probing import probe_entry
from mipae_tf.evaluation.probing import probed_times
from mipae_tf.metrics.absent_metric import AbsentMetric

CLIPS = 60


def probed(codes, target, seed=0):
    return probe_entry(
        "leak/x", codes, target, True, seed, "linear", better="none"
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
