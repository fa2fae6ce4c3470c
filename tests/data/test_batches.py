import numpy as np
import pytest

from mipae_tf.data import batches
from mipae_tf.data.frame_plan import DistinctFrames
from mipae_tf.data.frame_plan import PublishedPairs
from mipae_tf.data.frame_plan import Window

# Every element encodes its clip and frame: 100 clip + time.
ARRAY = (100 * np.arange(10)[:, None] + np.arange(8)).astype(np.int64)[
    ..., None
]


def stream(plan, first=0, last=6, seed=3, array=ARRAY, **kwargs):
    made = batches(array, plan, seed, first, last, **kwargs)
    return list(made.as_numpy_iterator())


def test_a_batch_holds_the_frames_of_its_clips():
    batch = stream(DistinctFrames(4, 3))[0]
    assert batch.shape == (4, 3, 1)
    clips, times = np.divmod(batch[..., 0], 100)
    assert (clips == clips[:, :1]).all()
    assert len(set(clips[:, 0])) == 4
    assert times.max() < 8


@pytest.mark.parametrize(
    "plan",
    [DistinctFrames(4, 3), Window(4, 5), PublishedPairs(2)],
    ids=lambda plan: type(plan).__name__,
)
def test_resuming_gives_the_same_batches(plan):
    whole = stream(plan, 0, 9)
    for at in (1, 4, 8):
        rest = stream(plan, at, 9)
        assert len(rest) == 9 - at
        np.testing.assert_array_equal(rest, whole[at:])


def test_an_epoch_contains_no_clip_twice():
    """Ten clips in batches of four: an epoch is two whole batches."""
    seen = np.concatenate(stream(Window(4, 1), 0, 10))[:, 0, 0] // 100
    for epoch in seen.reshape(5, 8):
        assert len(set(epoch.tolist())) == 8
    assert set(seen.tolist()) == set(range(10))
    assert (seen[:10] != seen[10:20]).any(), "every epoch has its own order"


def test_a_batch_may_be_larger_than_the_data():
    seen = stream(Window(25, 1), 0, 2)[0][:, 0, 0] // 100
    assert set(np.bincount(seen)) == {2, 3}


@pytest.mark.parametrize(
    "plan",
    [DistinctFrames(4, 3), PublishedPairs(4)],
    ids=lambda plan: type(plan).__name__,
)
def test_replicas_share_the_global_batch(plan):
    whole = stream(plan)
    parts = [stream(plan, parts=2, mine=[part]) for part in range(2)]
    both = stream(plan, parts=2, mine=[0, 1])
    assert len(both) == 2 * len(whole)
    for step, batch in enumerate(whole):
        own = [parts[0][step], parts[1][step]]
        np.testing.assert_array_equal(both[2 * step : 2 * step + 2], own)
        merged = np.empty_like(batch)
        for part in range(2):
            merged[plan.share(part, 2)] = own[part]
        np.testing.assert_array_equal(merged, batch)


@pytest.mark.parametrize(
    "plan",
    [DistinctFrames(4, 3), Window(4, 3), PublishedPairs(4)],
    ids=lambda plan: type(plan).__name__,
)
def test_each_step_draws_different_times(plan):
    times = np.stack(stream(plan, 0, 20))[..., 0] % 100
    assert len(np.unique(times, axis=0)) > 15
    again = np.stack(stream(plan, 0, 20, seed=4))[..., 0] % 100
    assert (times != again).any(axis=(1, 2)).sum() > 15


def test_seeds_and_steps_differ():
    one, two = (
        stream(DistinctFrames(4, 3)),
        stream(DistinctFrames(4, 3), seed=4),
    )
    assert all((a != b).any() for a, b in zip(one, two, strict=True))
    assert (one[0] != one[1]).any()
    np.testing.assert_array_equal(one, stream(DistinctFrames(4, 3)))


def test_mappings_keep_their_structure_and_stay_aligned():
    arrays = {"pose": ARRAY, "content": -ARRAY.astype(np.float32)}
    batch = stream(Window(4, 3), array=arrays)[0]
    assert set(batch) == {"pose", "content"}
    assert batch["content"].dtype == np.float32
    np.testing.assert_array_equal(batch["pose"], -batch["content"])


def test_streams_and_latents_stay_aligned():
    latents = {"pose": ARRAY.astype(np.float32)}
    arrays = {"latents": latents, "masks": ARRAY + 1}
    batch = stream(Window(4, 3), array=arrays)[0]
    np.testing.assert_array_equal(batch["latents"]["pose"] + 1, batch["masks"])
    alone = stream(Window(4, 3))[0]
    np.testing.assert_array_equal(batch["latents"]["pose"], alone)


def test_shapes_are_known_to_the_graph():
    arrays = {"pose": np.zeros((10, 8, 5), np.float32)}
    spec = batches(arrays, Window(4, 3), 0, 0, 1).element_spec["pose"]
    assert spec.shape == (4, 3, 5)
    assert spec.dtype == np.float32


def test_short_clips_are_refused_before_training():
    with pytest.raises(
        ValueError, match="clips have 8 frames, fewer than the 9"
    ):
        batches(ARRAY, Window(2, 9), 0, 0, 1)


def test_an_indivisible_batch_is_refused():
    with pytest.raises(ValueError, match="--batch_size=4"):
        batches(ARRAY, Window(4, 2), 0, 0, 1, parts=3, mine=[0])
