import numpy as np
import pytest
from metrics.representation_cases import factor_labels
from metrics.representation_cases import oracle_codes

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.disentanglement.representation import (
    checked_representation,
)

FACTORS = factor_labels(100)
CODES = oracle_codes(FACTORS)


def test_every_dimension_is_a_block_by_default():
    representation = checked_representation(CODES, FACTORS)
    assert list(representation.blocks) == ["0", "1", "2", "3"]
    np.testing.assert_array_equal(representation.codes, CODES)


def test_blocks_choose_and_order_dimensions():
    blocks = {"b": [3, 0], "a": slice(1, 2)}
    representation = checked_representation(CODES, FACTORS, blocks)
    np.testing.assert_array_equal(representation.codes, CODES[:, [3, 0, 1]])
    assert {n: list(i) for n, i in representation.blocks.items()} == {
        "b": [0, 1],
        "a": [2],
    }


def test_unusable_factors_are_absent_with_a_reason():
    more = {"still": np.ones(100), "each": np.arange(100), **FACTORS}
    representation = checked_representation(CODES, more)
    assert list(representation.factors) == list(FACTORS)
    assert representation.absent == {
        "still": "factor 'still' is constant over all 100 samples.",
        "each": "factor 'each' has 100 labels that all occur once.",
    }
    with pytest.raises(AbsentMetric, match="'still' is constant"):
        checked_representation(CODES, {"still": np.ones(100)})


def test_held_out_samples_are_a_quarter():
    representation = checked_representation(CODES, FACTORS)
    train, test = representation.held_out(0)
    assert (len(train), len(test)) == (75, 25)
    assert sorted([*train, *test]) == list(range(100))
    rare = {"rare": np.arange(100) == train[0]} | FACTORS
    with pytest.raises(AbsentMetric, match="constant over the 25 samples"):
        checked_representation(CODES, rare).held_out(0)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"codes": CODES * np.nan}, "codes must be finite"),
        ({"codes": CODES[:3]}, "at least 4"),
        ({"codes": CODES[1:]}, "the same number of"),
        ({"factors": {}}, "at least one factor"),
        ({"factors": {"x": CODES}}, r"'x' must be labels \[samples\]"),
        ({"factors": {"x": CODES[:, 0] * np.nan}}, "'x' must be finite"),
        ({"blocks": {}}, "at least one block"),
        ({"blocks": {"a": slice(2, 2)}}, "block 'a' must be a slice"),
        ({"blocks": {"a": np.ones(4, bool)}}, "block 'a' must be a slice"),
        ({"blocks": {"a": [1, 4]}}, "within the 4 dimensions"),
        ({"blocks": {"a": [-1]}}, "within the 4 dimensions"),
        ({"blocks": {"a": [0, 1], "b": [1]}}, "dimension 1 2 times"),
    ],
)
def test_invalid_input_is_refused(changes, message):
    arguments = {"codes": CODES, "factors": FACTORS, **changes}
    with pytest.raises(ValueError, match=message):
        checked_representation(**arguments)
