import numpy as np

from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.data.sources import one_of_each_source
from mipae_tf.data.sources import probe_units
from mipae_tf.data.sources import some_clips
from mipae_tf.data.sources import spread_order

SOURCES = np.array([7, 7, 7, 2, 2, 9])


def clips(sources=SOURCES):
    """Clips whose pixels are their index."""
    index = np.arange(len(SOURCES), dtype=np.uint8)
    video = np.broadcast_to(index[:, None, None, None, None], (6, 2, 4, 4, 1))
    if sources is None:
        return Clips(video)
    source = Factor("file", "source", per_frame=False)
    return Clips(video, {"file": sources}, (source,))


def indices(found):
    return found.video[:, 0, 0, 0, 0].tolist()


def test_sources_take_turns():
    assert spread_order(SOURCES).tolist() == [0, 3, 5, 1, 4, 2]
    assert indices(some_clips(clips(), 4)) == [0, 3, 5, 1]
    assert indices(some_clips(clips(), 10)) == [0, 3, 5, 1, 4, 2]
    assert indices(some_clips(clips(), None)) == [0, 1, 2, 3, 4, 5]
    assert some_clips(clips(), 4).sources.tolist() == [7, 2, 9, 7]


def test_without_sources_the_first_clips_are_taken():
    assert indices(some_clips(clips(None), 4)) == [0, 1, 2, 3]
    assert indices(some_clips(clips(None), None)) == [0, 1, 2, 3, 4, 5]


def test_one_random_clip_of_each_source():
    chosen = [one_of_each_source(clips(), seed) for seed in range(20)]
    for found in chosen:
        assert sorted(SOURCES[found]) == [2, 7, 9]
    assert {i for found in chosen for i in found} == set(range(6))
    assert one_of_each_source(clips(None), 0).tolist() == list(range(6))


def test_a_class_of_single_sources_is_probed_by_recording():
    person = np.array([3, 3, 3, 1, 1, 0])  # one for each source
    action = np.array([[1, 1], [0, 0], [0, 0], [1, 1], [0, 0], [1, 1]])
    recording = np.array([0, 0, 1, 2, 3, 4])
    factors = (
        Factor("file", "source", per_frame=False),
        Factor("video", "recording", per_frame=False),
        Factor("person", "class", per_frame=False),
        Factor("action", "class", per_frame=True),
    )
    values = {"file": SOURCES, "person": person, "action": action}
    found = Clips(
        clips().video, {**values, "video": recording}, factors=factors
    )
    assert probe_units(found, factors[2]).tolist() == recording.tolist()
    assert probe_units(found, factors[3]).tolist() == SOURCES.tolist()
    # Nothing finer than a source is known.
    coarse = Clips(clips().video, values, (factors[0], *factors[2:]))
    assert probe_units(coarse, factors[2]).tolist() == SOURCES.tolist()
    assert probe_units(clips(None), factors[2]) is None
