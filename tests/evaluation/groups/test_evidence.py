import numpy as np
import pytest
from models.harness import moving_clips
from models.harness import random_model

from mipae_tf.data import Clips
from mipae_tf.evaluation.groups.evidence import GROUP
from mipae_tf.evaluation.options import EvaluationOptions
from mipae_tf.evaluation.subject import Subject


def subject(name, clips=3):
    video = Clips(moving_clips(clips, length=5), name="squares test")
    options = EvaluationOptions(clips=clips, horizon=2)
    return Subject(random_model(name), video, None, 2, options)


def test_the_bound_and_its_terms():
    seen = subject("independent_prediction")
    found = GROUP.measure(seen)
    value = {key: row["value"] for key, row in found.metrics.items()}
    terms = seen.evidence()
    assert terms.kl.shape == terms.likelihood.shape == (3, 5)
    assert value["elbo/kl"] == pytest.approx(terms.kl.mean(), rel=1e-5)
    assert value["elbo/kl"] > 0.0
    difference = value["elbo/likelihood"] - value["elbo/kl"]
    assert value["elbo/per_frame"] == pytest.approx(difference, rel=1e-5)
    assert value["elbo/per_clip"] == pytest.approx(5 * difference, rel=1e-5)
    for row in found.metrics.values():
        assert row["count"] == 3 and row["interval"][0] < row["interval"][1]
    kept = found.per_clip["elbo/per_frame"]
    np.testing.assert_allclose(kept, terms.likelihood - terms.kl)


def test_absent_without_evidence_and_no_interval_of_a_single_clip():
    found = GROUP.measure(subject("ae_lstm")).metrics
    assert "AE-LSTM offers no evidence" in found["elbo/per_frame"]["absent"]
    found = GROUP.measure(subject("independent_prediction", clips=1)).metrics
    for row in found.values():
        assert "value" in row and "interval" not in row
        assert "at least 2, got 1" in row["no_interval"]
