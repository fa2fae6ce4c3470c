import dataclasses

import numpy as np
import pytest
from evaluation.world import shade
from evaluation.world import subject

from mipae_tf.evaluation.groups.swap import GROUP
from mipae_tf.evaluation.groups.swap import make_swaps


def test_swaps_have_the_pose_of_the_next_clip():
    seen = subject(error=0.0)
    swaps = make_swaps(seen)
    assert swaps.times.tolist() == [0, 2, 5, 7]
    shape, place = seen.clips.content["shape_0"], seen.clips.pose["x_0"]
    for clip in range(24):
        drawn = swaps.drawn[clip]
        assert drawn.max() == shade(shape[clip])
        columns = drawn[:, 0, :, 0].argmax(axis=1)
        np.testing.assert_array_equal(
            columns, place[(clip + 1) % 24, swaps.times]
        )
    np.testing.assert_array_equal(swaps.drawn, swaps.truth)


def test_the_content_of_a_swap_is_from_the_context():
    """Bars that fade once the context ends are drawn as bright as before."""
    seen = subject(error=0.0)
    video = seen.clips.video.copy()
    video[:, 3:] //= 2
    fading = dataclasses.replace(seen.clips, video=video)
    drawn = make_swaps(dataclasses.replace(seen, clips=fading)).drawn
    np.testing.assert_array_equal(drawn, make_swaps(seen).truth)


def test_the_score_is_pooled_over_all_frames():
    findings = GROUP.measure(subject())
    found = findings.metrics["swap/psnr"]
    assert found["value"] == pytest.approx(-20 * np.log10(5 / 255), rel=1e-6)
    assert found["count"] == 24
    assert findings.per_clip["swap/psnr"].shape == (24, 1)
    assert set(findings.figures) == {"swap.png"}


def test_a_swap_without_error_has_no_psnr():
    found = GROUP.measure(subject(error=0.0)).metrics["swap/psnr"]
    assert "infinite" in found["absent"]


def test_absent_without_roles_or_truth():
    seen = subject(roles=())
    found = GROUP.measure(seen)
    assert found.metrics["swap/psnr"] == {
        "absent": "Oracle has no content latent."
    }
    found = GROUP.measure(subject(builder=object()))
    assert found.metrics["swap/psnr"] == {
        "absent": "bars test cannot render the true frames of a swap."
    }
    assert found.figures, "swaps can be looked at without their truth"
