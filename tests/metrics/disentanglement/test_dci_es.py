import numpy as np
import pytest
from metrics.representation_cases import factor_labels
from metrics.representation_cases import oracle_codes
from metrics.representation_cases import rotated

from mipae_tf.metrics.disentanglement.dci import dci
from mipae_tf.metrics.disentanglement.dci_es import dci_es
from mipae_tf.metrics.disentanglement.dci_es import explicitness

FACTORS = factor_labels(800)
CODES = oracle_codes(FACTORS)


@pytest.mark.parametrize(
    "losses, expected",
    [
        (np.linspace(0.8, 0.2, 11), 0),  # evenly
        ([0.8] + 100 * [0.2], 0.99),  # at once, but for the first step
        (100 * [0.8] + [0.2], -0.99),  # at the last step
        ([0.8, 0.5, 0.7, 0.2, 0.3], 0.25),  # the running minimum counts
    ],
)
def test_explicitness_is_an_area(losses, expected):
    assert explicitness(np.array(losses)) == pytest.approx(expected)


def test_an_oracle_is_explicit_and_compact():
    result = dci_es(CODES, FACTORS)
    plain = dci(CODES, FACTORS)
    assert {name: result[name] for name in plain if name != "factors"} == {
        name: value for name, value in plain.items() if name != "factors"
    }
    assert result["explicitness"] > 0.8
    assert result["size"] == 1
    values = [f["explicitness"] for f in result["factors"].values()]
    assert result["explicitness"] == pytest.approx(np.mean(values))


def test_rotation_lowers_explicitness_and_copies_increase_size():
    turned = dci_es(rotated(CODES), FACTORS)
    assert turned["explicitness"] < dci_es(CODES, FACTORS)["explicitness"]
    assert dci_es(np.tile(CODES, 2), FACTORS)["size"] == 0.5
    blocks = {"content": [0, 1], "pose": [2]}
    assert dci_es(CODES, FACTORS, blocks)["size"] == 4 / 3


def test_constant_codes_have_no_explicitness():
    result = dci_es(np.ones((800, 3)), FACTORS)
    assert "better than chance" in result["explicitness"]["absent"]
    assert (
        "better than chance"
        in (result["factors"]["x"]["explicitness"]["absent"])
    )
