import io
import math

import numpy as np
import pytest
from matplotlib import colors
from PIL import Image

from mipae_tf.visual.plots import COLOURS
from mipae_tf.visual.plots import loss_plot
from mipae_tf.visual.plots import per_step_plot


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def rows_of(png, colour):
    """The image rows that hold a curve's colour."""
    rgb = np.rint(255 * np.array(colors.to_rgb(colour)))
    return np.nonzero((pixels(png) == rgb).all(-1).any(1))[0]


def test_curves_are_drawn_in_order():
    png = per_step_plot(
        {"high": ([9, 9, 9], None, None), "low": ([1, 1, 1], None, None)},
        "PSNR (dB)",
    )
    assert rows_of(png, COLOURS[0]).min() < rows_of(png, COLOURS[1]).min()
    assert rows_of(png, COLOURS[1]).max() > rows_of(png, COLOURS[0]).max()


def test_band_and_label_are_drawn():
    bare = per_step_plot({"a": ([1, 2, 3], None, None)}, "dB")
    band = per_step_plot({"a": ([1, 2, 3], [1, 1, 2], [2, 3, 4])}, "dB")
    other = per_step_plot({"a": ([1, 2, 3], None, None)}, "nats")

    def faint(png):
        picture = pixels(png).astype(int)
        tint = (picture[..., 0] > 230) & (np.ptp(picture, axis=-1) > 20)
        return int(tint.sum())

    assert faint(band) > faint(bare) + 5000
    assert bare != other


def test_infinite_values_leave_a_gap():
    whole = per_step_plot({"a": ([1.0] * 9, None, None)}, "dB")
    gap = per_step_plot(
        {"a": ([1.0] * 4 + [math.inf] + [1.0] * 4, None, None)}, "dB"
    )
    assert pixels(whole).shape == pixels(gap).shape
    line = np.rint(255 * np.array(colors.to_rgb(COLOURS[0])))

    def inked(png):
        return int((pixels(png) == line).all(-1).sum())

    assert 0 < inked(gap) < inked(whole)


def test_invalid_series_are_refused():
    with pytest.raises(ValueError, match="at least one curve"):
        per_step_plot({}, "dB")
    with pytest.raises(ValueError, match="band of 'a' must have 3"):
        per_step_plot({"a": ([1, 2, 3], [1, 1], [2, 2])}, "dB")
    with pytest.raises(ValueError, match="got 1 rows without a loss"):
        loss_plot([{"step": 1, "stage": "dynamics", "note": "x"}])


def test_one_panel_for_each_loss_of_each_stage():
    rows = [
        {"stage": "representation", "step": 0, "a": 1.0, "b": math.nan},
        {"stage": "representation", "step": 10, "a": 0.5, "b": 2.0},
    ]
    two = pixels(loss_plot(rows))
    four = pixels(
        loss_plot(
            [*rows, *({"stage": "dynamics", "step": 5, n: 1.0} for n in "ab")]
        )
    )
    # Three panels per row; the fourth is in the next row.
    assert four.shape[0] == 2 * two.shape[0]
    assert four.shape[1] > two.shape[1]
