import numpy as np
import pytest
from evaluation.world import shade
from evaluation.world import subject

from mipae_tf.evaluation.swap import make_swaps
from mipae_tf.evaluation.swap import swap_metrics
from mipae_tf.evaluation.swap import swap_times


def test_content_of_one_clip_moves_as_the_next():
    seen = subject(error=0.0)
    swaps = make_swaps(seen)
    times = swap_times(seen)
    assert times.tolist() == [0, 2, 5, 7]
    shape, place = seen.clips.content["shape_0"], seen.clips.pose["x_0"]
    for clip in range(24):
        drawn = swaps.drawn[clip]
        assert drawn.max() == shade(shape[clip])
        columns = drawn[:, 0, :, 0].argmax(axis=1)
        np.testing.assert_array_equal(columns, place[(clip + 1) % 24, times])
    np.testing.assert_array_equal(swaps.drawn, swaps.truth)


def test_the_score_is_pooled_over_all_frames():
    seen = subject()
    found = swap_metrics(seen, make_swaps(seen))["swap/psnr"]
    assert found["value"] == pytest.approx(-20 * np.log10(5 / 255), rel=1e-6)
    assert found["count"] == 24


def test_a_swap_without_error_has_no_psnr():
    seen = subject(error=0.0)
    found = swap_metrics(seen, make_swaps(seen))["swap/psnr"]
    assert "infinite" in found["absent"]


def test_absent_without_roles_or_without_truth():
    seen = subject(roles=())
    assert make_swaps(seen) is None
    found = swap_metrics(seen, None)["swap/psnr"]
    assert found == {"absent": "Oracle has no content and pose to swap."}
    seen = subject(builder=object())
    found = swap_metrics(seen, make_swaps(seen))["swap/psnr"]
    assert found == {"absent": "bars test cannot draw the swapped truth."}
