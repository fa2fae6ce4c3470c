import dataclasses

import numpy as np
import pytest
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.evaluation.groups.memory import GROUP


def test_what_was_seen_in_training_is_found_again():
    seen = subject(training=clips)  # the very clips it is measured on
    found = GROUP.measure(seen)
    forecast = found.metrics["memory/psnr/forecast"]
    assert forecast["value"] == pytest.approx(-20 * np.log10(5 / 255), rel=1e-6)
    assert forecast["training_clips"] == 24
    assert "without any error" in found.metrics["memory/psnr/truth"]["absent"]
    assert set(found.figures) == {"nearest.png"}


def test_only_clips_that_were_trained_on_count():
    seen = dataclasses.replace(subject(training=clips), trained_clips=2)
    found = GROUP.measure(seen).metrics
    assert found["memory/psnr/truth"]["training_clips"] == 2
    assert found["memory/psnr/truth"]["value"] < 30


def test_without_training_clips_nothing_can_be_remembered():
    found = GROUP.measure(subject()).metrics
    assert found["memory/psnr/forecast"] == {
        "absent": "bars test comes without training clips."
    }
