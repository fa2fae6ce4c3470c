import dataclasses
import functools

import numpy as np
import pytest
import tensorflow as tf
from evaluation.world import Oracle
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.evaluation.groups.prediction import GROUP
from mipae_tf.evaluation.groups.prediction import predictions

ROWS = ("forecast", "copy_last", "blank", "oracle")


def test_rows_of_the_table():
    seen = subject()
    rows = predictions(seen)
    assert tuple(rows) == ROWS
    video = clips().video
    np.testing.assert_array_equal(rows["copy_last"][:, 3], video[:, 2])
    assert not rows["blank"].any()
    for row in ("forecast", "oracle"):
        apart = rows[row].astype(int) - video[:, 3:7]
        assert set(np.unique(apart)) == {5}


def test_the_oracle_takes_its_content_from_the_context():
    """Bars that fade once the context ends are drawn as bright as before."""
    seen = subject(error=0.0)
    video = seen.clips.video.copy()
    video[:, 3:] //= 2
    fading = dataclasses.replace(seen.clips, video=video)
    drawn = predictions(dataclasses.replace(seen, clips=fading))["oracle"]
    np.testing.assert_array_equal(drawn, clips().video[:, 3:7])


def test_the_oracle_beats_copying_and_blank_frames():
    findings = GROUP.measure(subject())
    found = findings.metrics
    for measured in ("psnr", "ssim", "ssim_uint8_7x7", "ssim_float_range2"):
        value = {
            row: found[f"prediction/{measured}/{row}"]["value"] for row in ROWS
        }
        assert value["forecast"] == pytest.approx(value["oracle"])
        assert value["forecast"] > value["copy_last"]
        if measured in ("psnr", "ssim"):  # not with a window of 7
            assert value["forecast"] > value["blank"]
    for measured, value in (("mse", (5 / 255) ** 2), ("mae", 5 / 255)):
        key = f"prediction/{measured}/forecast"
        assert found[key]["value"] == pytest.approx(value, rel=1e-6)
    assert found["prediction/bce/forecast"]["better"] == "lower"
    psnr = found["prediction/psnr/forecast"]
    assert psnr["value"] == pytest.approx(-20 * np.log10(5 / 255), rel=1e-6)
    assert psnr["count"] == 24
    assert len(psnr["per_step"]) == len(psnr["per_step_interval"]) == 4
    low, high = found["prediction/psnr/blank"]["interval"]
    assert low < found["prediction/psnr/blank"]["value"] < high
    errors = findings.per_clip["prediction/psnr/forecast"]
    assert errors.shape == (24, 4)
    assert -10 * np.log10(errors.mean()) == pytest.approx(psnr["value"])
    assert set(findings.figures) == {
        "forecast.gif",
        "forecast.png",
        "psnr.png",
        "ssim.png",
    }


def test_metrics_without_their_weights_are_absent():
    found = GROUP.measure(subject()).metrics
    for row in ROWS:
        assert "--lpips=FILE" in found[f"prediction/lpips/{row}"]["absent"]
        assert "--fvd=FOLDER" in found[f"prediction/fvd/{row}"]["absent"]


def test_a_model_without_pose_has_no_oracle():
    seen = subject(roles=())
    assert predictions(seen)["oracle"] is None
    found = GROUP.measure(seen).metrics
    reason = {"absent": "Oracle has no pose latent."}
    for measured in ("psnr", "ssim", "mae", "lpips", "fvd"):
        assert found[f"prediction/{measured}/oracle"] == reason
    assert "value" in found["prediction/psnr/forecast"]


def test_a_forecast_without_error_has_no_psnr():
    """PSNR is infinite and absent; other metrics and rows are not."""
    found = GROUP.measure(subject(error=0.0)).metrics
    assert "infinite" in found["prediction/psnr/forecast"]["absent"]
    assert found["prediction/ssim/forecast"]["value"] == pytest.approx(1.0)
    assert "value" in found["prediction/psnr/blank"]


class Guesser(Oracle):
    """An error that grows by ten grey levels with each new seed."""

    @functools.cached_property
    def seeds(self):
        return []

    def forecast(self, context, horizon, samples=None, seed=0):
        if int(seed) not in self.seeds:
            self.seeds.append(int(seed))
        frames = super().forecast(context, horizon)
        return frames + tf.cast(10 * self.seeds.index(int(seed)), tf.uint8)


def test_samples_of_a_stochastic_model():
    seen = dataclasses.replace(
        subject(samples=3), model=Guesser(error=1.0, stochastic=True)
    )
    findings = GROUP.measure(seen)
    found = findings.metrics
    assert findings.figures["samples.gif"].startswith(b"GIF")
    value = {
        row: found[f"prediction/mae/forecast{row}"]["value"] * 255
        for row in ("", "_best", "_worst")
    }
    assert value["_best"] == pytest.approx(1)
    assert value["_worst"] == pytest.approx(21)
    assert value[""] == pytest.approx(11)
    spread = found["prediction/diversity/forecast"]["value"]
    assert spread == pytest.approx(2 * 100 / 255**2)
    assert "prediction/psnr/copy_last_best" not in found
    for measured, pooling in (("psnr", "psnr"), ("ssim", "mean")):
        best, mean, worst = (
            found[f"prediction/{measured}/forecast{row}"]
            for row in ("_best", "", "_worst")
        )
        assert best["value"] > mean["value"] > worst["value"]
        assert (best["better"], best["pooling"]) == ("higher", pooling)
    assert found["prediction/mae/forecast"]["better"] == "lower"


@pytest.mark.parametrize("flag", ["lpips", "fvd"])
def test_missing_weights_are_named_by_their_flag(flag, tmp_path):
    path = str(tmp_path / "none")
    with pytest.raises(ValueError, match=f"--{flag}={path}"):
        GROUP.measure(subject(**{flag: path}))


def test_a_value_without_an_interval_says_why():
    """Few sources, or resampled clips that all stand still."""
    seen = subject()
    few = clips(sources=np.arange(24) % 2)
    found = GROUP.measure(dataclasses.replace(seen, clips=few))
    row = found.metrics["prediction/psnr/forecast"]
    assert "at least 3, got 2" in row["no_interval"]
    assert "value" in row and "per_step" in row
    assert not {"interval", "per_step_interval"} & set(row)
    assert "psnr.png" in found.figures
    still = seen.clips.video[[0, 1, 2, 3]].copy()
    still[1:] = still[1:, :1]  # only the first clip moves
    clip = dataclasses.replace(seen.clips.take(slice(4)), video=still)
    found = GROUP.measure(dataclasses.replace(seen, clips=clip)).metrics
    row = found["prediction/psnr/copy_last"]
    assert row["value"] > 0 and "infinite" in row["no_interval"]
    assert "interval" in found["prediction/mse/copy_last"]
