import pytest
from mipae_tf.data_builders.recorded.splits import split_by_source

PEOPLE = {f"{person}{clip}": person for person in "abcdefghij" for clip in "12"}


def test_a_source_is_in_one_split():
    found = split_by_source(PEOPLE)
    assert {split: len(names) for split, names in found.items()} == {
        "train": 16,
        "validation": 2,
        "test": 2,
    }
    assert sorted(sum(found.values(), [])) == sorted(PEOPLE)
    people = [{PEOPLE[name] for name in names} for names in found.values()]
    assert sum(map(len, people)) == len(set.union(*people))


def test_splits_depend_on_the_seed_and_not_on_the_order():
    other = dict(reversed(PEOPLE.items()))
    assert split_by_source(other) == split_by_source(PEOPLE)
    assert split_by_source(PEOPLE, seed=1) != split_by_source(PEOPLE)


@pytest.mark.parametrize("shares", [(1, 1, 1), (0.1, 0.8, 0.1), (98, 1, 1)])
def test_no_split_is_empty(shares):
    found = split_by_source({name: name for name in "abc"}, shares)
    assert [len(names) for names in found.values()] == [1, 1, 1]


@pytest.mark.parametrize(
    "sources, shares, message",
    [
        ("ab", (8, 1, 1), r"2 source.* need at least one each, and have a, b"),
        ("", (8, 1, 1), r"0 source.* have none"),
        ("abc", (8, 1), "shares is .* must be three positive numbers"),
        ("abc", (8, 1, 0), "shares is .* must be three positive numbers"),
    ],
)
def test_invalid_splits_are_refused(sources, shares, message):
    with pytest.raises(ValueError, match=message):
        split_by_source({name: name for name in sources}, shares)
