import numpy as np
import pytest
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.evaluation.prediction import prediction_metrics
from mipae_tf.evaluation.prediction import predictions


def test_rows_of_the_table():
    seen = subject()
    rows = predictions(seen)
    assert list(rows) == ["forecast", "copy_last", "blank", "oracle"]
    video = clips().video
    np.testing.assert_array_equal(rows["copy_last"][:, 3], video[:, 2])
    assert not rows["blank"].any()
    for row in ("forecast", "oracle"):
        apart = rows[row].astype(int) - video[:, 3:7]
        assert set(np.unique(apart)) == {5}


def test_one_who_knows_beats_copying_and_darkness():
    seen = subject()
    found = prediction_metrics(seen, predictions(seen))
    assert len(found) == 8
    for measure in ("psnr", "ssim"):
        value = {
            row: found[f"prediction/{measure}/{row}"]["value"]
            for row in ("forecast", "copy_last", "blank", "oracle")
        }
        assert value["forecast"] == pytest.approx(value["oracle"])
        assert value["forecast"] > value["copy_last"]
        assert value["forecast"] > value["blank"]
    psnr = found["prediction/psnr/forecast"]
    assert psnr["value"] == pytest.approx(-20 * np.log10(5 / 255), rel=1e-6)
    assert psnr["count"] == 24
    assert len(psnr["per_step"]) == len(psnr["per_step_interval"]) == 4
    low, high = found["prediction/psnr/blank"]["interval"]
    assert low < found["prediction/psnr/blank"]["value"] < high


def test_a_model_without_pose_has_no_oracle():
    seen = subject(roles=())
    rows = predictions(seen)
    assert rows["oracle"] is None
    found = prediction_metrics(seen, rows)
    reason = {"absent": "Oracle has no pose latent."}
    assert found["prediction/psnr/oracle"] == reason
    assert found["prediction/ssim/oracle"] == reason
    assert "value" in found["prediction/psnr/forecast"]


def test_a_forecast_without_error_has_no_psnr():
    """A row that is without error has no PSNR, and does not end the others."""
    seen = subject(error=0.0)
    found = prediction_metrics(seen, predictions(seen))
    assert "infinite" in found["prediction/psnr/forecast"]["absent"]
    assert found["prediction/ssim/forecast"]["value"] == pytest.approx(1.0)
    assert "value" in found["prediction/psnr/blank"]
