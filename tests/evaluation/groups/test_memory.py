import dataclasses

import numpy as np
import pytest
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.evaluation.groups import memory
from mipae_tf.evaluation.groups.memory import GROUP


def test_training_clips_are_found():
    seen = subject(training=clips)  # the clips that are measured
    found = GROUP.measure(seen)
    forecast = found.metrics["memory/psnr/forecast"]
    assert forecast["value"] == pytest.approx(-20 * np.log10(5 / 255), rel=1e-6)
    assert forecast["training_clips"] == 24
    assert "without error" in found.metrics["memory/psnr/truth"]["absent"]
    assert set(found.figures) == {"nearest.png"}


def test_only_the_clips_used_for_training_are_searched():
    seen = dataclasses.replace(subject(training=clips), trained_clips=2)
    found = GROUP.measure(seen).metrics
    assert found["memory/psnr/truth"]["training_clips"] == 2
    assert found["memory/psnr/truth"]["value"] < 30


def test_the_search_in_parts_finds_the_same(monkeypatch):
    """The forecasts of clips in another order, so that parts matter."""
    order = np.random.default_rng(0).permutation(24)
    seen = subject(training=lambda: clips().take(order))
    whole = GROUP.measure(seen)
    monkeypatch.setattr(memory, "READ_BYTES", 1)  # one clip at a time
    parts = GROUP.measure(seen)
    assert parts.metrics == whole.metrics
    assert parts.figures == whole.figures


def test_absent_without_training_clips():
    found = GROUP.measure(subject()).metrics
    assert found["memory/psnr/forecast"] == {
        "absent": "bars test comes without training clips."
    }
