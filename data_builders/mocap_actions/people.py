"""Who is shown: clothes, skin and build, and which person is in which split."""

import functools

import numpy as np

CLOTHES = {
    "red": (217, 38, 38),
    "orange": (242, 140, 26),
    "yellow": (242, 230, 51),
    "green": (51, 178, 64),
    "cyan": (51, 204, 217),
    "blue": (51, 76, 230),
    "purple": (140, 64, 191),
    "pink": (242, 140, 191),
}
SKIN = ((92, 56, 36), (153, 102, 69), (204, 153, 115), (255, 212, 178))
DARK = (41, 28, 20)  # hair and shoes
GIRTH = (0.8, 1.0, 1.3)  # width of the body, relative to `figure.PARTS`
LEGS = (0.85, 1.0, 1.15)  # length of the legs, relative to the skeleton
# The factors of a person and how many values they have.
SIZES = {
    "shirt": len(CLOTHES),
    "trousers": len(CLOTHES),
    "skin": len(SKIN),
    "girth": len(GIRTH),
    "legs": len(LEGS),
}
_TEST_SHARE = 3  # one person in three is in the test split
_PARTITION_SEED = 180402717  # fixed, so that all configurations agree


@functools.cache
def people(split: str) -> np.ndarray:
    """The people of a split.

    Args:
        split: `test` has people of its own; `train` and `validation` share the
            others.

    Returns:
        Flat indices into `SIZES`, in ascending order.
    """
    count = int(np.prod(list(SIZES.values())))
    shuffled = np.random.default_rng(_PARTITION_SEED).permutation(count)
    first = count // _TEST_SHARE
    return np.sort(shuffled[:first] if split == "test" else shuffled[first:])


def draw_person(split: str, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draws a person of a split: an index for each factor in `SIZES`."""
    chosen = rng.choice(people(split))
    return dict(zip(SIZES, np.unravel_index(chosen, tuple(SIZES.values()))))


def paints(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The RGB colours, 0..255, of the parts of people, `[frames, 3]` each."""
    clothes = np.array(list(CLOTHES.values()))
    return {
        "shirt": clothes[values["shirt"]],
        "trousers": clothes[values["trousers"]],
        "skin": np.array(SKIN)[values["skin"]],
        "dark": np.tile(DARK, (len(values["skin"]), 1)),
    }
