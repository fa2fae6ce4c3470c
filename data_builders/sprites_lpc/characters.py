"""The frames of all characters, stored with a dataset for look-up."""

import functools
import zlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from etils import epath

ATTRIBUTES = ("body", "bottomwear", "topwear", "hair")
VALUES = 6  # of each attribute
ACTIONS = ("walk", "spellcard", "slash")
DIRECTIONS = ("front", "left", "right")
PHASES = 8  # frames in the cycle of an action
FRAME_SIZE = 64
PARTS = ("train", "test")

NUM_CHARACTERS = VALUES ** len(ATTRIBUTES)
MOVES = len(ACTIONS) * len(DIRECTIONS)
CYCLE_SHAPE = (PHASES, FRAME_SIZE, FRAME_SIZE, 3)


class Cycle(NamedTuple):
    """One character in one action and direction.

    Attributes:
        attributes: Values of `ATTRIBUTES`, `[4]`.
        move: 3 * action + direction.
        part: `train` or `test`, the published part of the character.
        frames: uint8 `[8, 64, 64, 3]`.
    """

    attributes: np.ndarray
    move: int
    part: str
    frames: np.ndarray


class Characters:
    """Frames by character, action, direction and phase.

    The file is read once per process; frames are decompressed when they are
    looked up. Workers receive the path.

    Args:
        path: A file written by `save`.
    """

    def __init__(self, path: epath.PathLike):
        self.path = str(path)

    @classmethod
    def save(cls, path: epath.Path, cycles: Iterable[Cycle]) -> "Characters":
        """Writes the frames, and checks that every character is complete.

        Raises:
            ValueError: If a character is in both parts, or lacks one of its
                nine cycles or has it twice.
        """
        packed: dict[int, dict[int, bytes]] = {}
        parts: dict[int, str] = {}
        for cycle in cycles:
            number = int(character_number(*cycle.attributes))
            name = character_name(number)
            if parts.setdefault(number, cycle.part) != cycle.part:
                raise ValueError(
                    f"{name} is in {' and in '.join(PARTS)}, but each "
                    "character must be in one of them."
                )
            own = packed.setdefault(number, {})
            if cycle.move in own:
                raise ValueError(
                    f"{name} has {move_name(cycle.move)} twice, but each "
                    "character must have every action and direction once."
                )
            own[cycle.move] = zlib.compress(cycle.frames.tobytes())
        for number, own in packed.items():
            _require_every_move(number, own)
        numbers = sorted(packed)
        chunks = [packed[n][move] for n in numbers for move in range(MOVES)]
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            np.savez(
                file,
                numbers=np.array(numbers),
                is_test=np.array([parts[n] == "test" for n in numbers]),
                ends=np.cumsum([len(chunk) for chunk in chunks]),
                packed=np.frombuffer(b"".join(chunks), np.uint8),
            )
        return cls(path)

    def numbers(self, part: str) -> np.ndarray:
        """The characters of `train` or `test`, ascending, `[characters]`."""
        found = _load(self.path)
        return found["numbers"][found["is_test"] == (part == "test")]

    @property
    def complete(self) -> bool:
        """Whether every combination of attributes is there."""
        return len(_load(self.path)["numbers"]) == NUM_CHARACTERS

    def cycle(self, number: int, move: int) -> np.ndarray:
        """The frames of one character: uint8 `[8, 64, 64, 3]`.

        Raises:
            ValueError: If there is no such character.
        """
        found = _load(self.path)
        row = np.searchsorted(found["numbers"], number)
        if row == len(found["numbers"]) or found["numbers"][row] != number:
            raise ValueError(
                f"There are no frames of {character_name(number)}; the dataset "
                f"has {len(found['numbers']):,} of {NUM_CHARACTERS:,} "
                "characters."
            )
        chunk = MOVES * row + move
        start = found["ends"][chunk - 1] if chunk else 0
        raw = zlib.decompress(found["packed"][start : found["ends"][chunk]])
        return np.frombuffer(raw, np.uint8).reshape(CYCLE_SHAPE)


def character_number(body, bottomwear, topwear, hair):
    """Number of a character, 0..1295; arrays give arrays."""
    return ((body * VALUES + bottomwear) * VALUES + topwear) * VALUES + hair


def attributes_of(number: int) -> tuple[int, ...]:
    """The values of `ATTRIBUTES` of a character."""
    sizes = (VALUES,) * len(ATTRIBUTES)
    return tuple(int(value) for value in np.unravel_index(number, sizes))


def character_name(number: int) -> str:
    """Such as "the character body 5, bottomwear 1, topwear 0, hair 0"."""
    pairs = zip(ATTRIBUTES, attributes_of(number), strict=True)
    return "the character " + ", ".join(f"{a} {value}" for a, value in pairs)


def move_name(move: int) -> str:
    """Such as `walk_front`."""
    action, direction = divmod(move, len(DIRECTIONS))
    return f"{ACTIONS[action]}_{DIRECTIONS[direction]}"


def _require_every_move(number: int, own: dict[int, bytes]) -> None:
    lacking = [move_name(m) for m in range(MOVES) if m not in own]
    if lacking:
        raise ValueError(
            f"{character_name(number)} lacks {', '.join(lacking)}, but each "
            "character must have every action and direction once."
        )


@functools.lru_cache(maxsize=2)
def _load(path: str) -> dict[str, np.ndarray]:
    with epath.Path(path).open("rb") as file:
        arrays = np.load(file)
        return {name: arrays[name] for name in arrays.files}
