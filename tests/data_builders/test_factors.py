import json

import pytest
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.factors import checked_factors
from mipae_tf.data_builders.factors import from_metadata
from mipae_tf.data_builders.factors import to_metadata

DECLARED = (
    Factor("digit_0", "class", False, size=10, object=0),
    Factor("left", "position", True, size=32, object=0, axis="x"),
    Factor("height", "scalar", False),
    Factor("index_0", "identifier", False),
)


def test_the_group_follows_from_kind_and_frames():
    assert [factor.group for factor in DECLARED] == [
        "content",
        "pose",
        "content",
        "instance",
    ]
    assert Factor("track", "identifier", True).group == "instance"
    assert Factor("person", "source", False).group == "instance"


def test_the_declaration_survives_json():
    metadata = json.loads(json.dumps({"factors": to_metadata(DECLARED)}))
    assert from_metadata(metadata) == DECLARED


@pytest.mark.parametrize(
    "metadata", [None, {}, {"factors": {"content": {"shape_0": 3}}}]
)
def test_metadata_without_a_declaration(metadata):
    assert from_metadata(metadata) == ()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"name": ""}, "has name ''; allowed is any non-empty"),
        ({"kind": "place"}, "'a' has kind 'place'; allowed is class, scalar"),
        ({"per_frame": 1}, "'a' has per_frame 1; allowed is true or false"),
        ({"size": 0}, "has size 0; allowed is an integer of at least 1"),
        ({"size": 2.0}, "has size 2.0; allowed is an integer"),
        ({"object": -1}, "has object -1; allowed is an integer of at"),
        ({"object": "left"}, "has object 'left'; allowed is an integer"),
        ({"axis": "x"}, "has axis 'x'; allowed is none, as kind is not"),
        ({"kind": "source"}, "has per_frame True; allowed is false for a"),
        ({"kind": "position"}, "has axis None; allowed is x or y"),
        ({"kind": "position", "axis": "z"}, "has axis 'z'; allowed is x or y"),
        ({"kind": "position", "axis": "y"}, "has object None; allowed is the"),
    ],
)
def test_an_invalid_field_is_refused(change, message):
    fields = {"name": "a", "kind": "class", "per_frame": True} | change
    with pytest.raises(ValueError, match=message):
        Factor(**fields)


def test_factors_of_one_dataset_are_unique():
    assert checked_factors(iter(DECLARED)) == DECLARED
    with pytest.raises(ValueError, match="'height' is declared twice"):
        checked_factors([*DECLARED, Factor("height", "class", True)])
    again = Factor("column", "position", True, object=0, axis="x")
    with pytest.raises(ValueError, match="'column' is a second x of object 0"):
        checked_factors([*DECLARED, again])


def test_a_dataset_has_at_most_one_source():
    sources = [Factor(name, "source", False) for name in ("file", "person")]
    assert checked_factors(sources[:1]) == (sources[0],)
    message = "'file', 'person' are of the kind source; .* at most one"
    with pytest.raises(ValueError, match=message):
        checked_factors(sources)
