import json

import numpy as np
import pytest

from mipae_tf.metrics.result import absent
from mipae_tf.metrics.result import entry


def test_an_entry_has_the_given_values_as_plain_numbers():
    result = entry(
        "prediction/psnr/forecast",
        np.float32(20.5),
        count=np.int64(3),
        interval=(np.float64(20), 21),
        per_step=np.array([21.0, 20.0], np.float32),
        better="higher",
        pooling="psnr",
    )
    assert json.loads(json.dumps(result)) == {
        "value": 20.5,
        "count": 3,
        "interval": [20.0, 21.0],
        "per_step": [21.0, 20.0],
        "better": "higher",
        "pooling": "psnr",
    }
    assert entry("leak/x_0", 0.5, better="lower") == {
        "value": 0.5,
        "better": "lower",
        "pooling": "none",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"value": np.nan},
        {"value": np.inf},
        {"value": [1.0, 2.0]},
        {"value": 1.0, "interval": (0.0, np.inf)},
        {"value": 1.0, "interval": (1.0, 0.0)},
        {"value": 1.0, "interval": (1.0,)},
        {"value": 1.0, "per_step": [1.0, np.nan]},
        {"value": 1.0, "per_step": [[1.0]]},
        {"value": 1.0, "better": "up"},
        {"value": 1.0, "pooling": "median"},
    ],
)
def test_invalid_values_are_refused_by_name(fields):
    with pytest.raises(ValueError, match="^leak/x_0: "):
        entry("leak/x_0", **{"better": "lower", **fields})


def test_an_absent_metric_has_a_reason():
    assert absent("no pose labels") == {"absent": "no pose labels"}
    assert absent(ValueError("constant")) == {"absent": "constant"}
    with pytest.raises(ValueError, match="reason"):
        absent(" ")
