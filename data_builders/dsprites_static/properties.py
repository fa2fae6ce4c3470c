"""Properties of a sprite, and the motions of those that change.

The values and motions are those of the Multi-factor Sequential Disentanglement
benchmark (T. Barami et al., arXiv 2510.17313), as its public generator of clips
defines them.
"""

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from mipae_tf.data_builders.factors import Factor

COLOURS = {
    "DarkSlateGray": (47, 79, 79),
    "OrangeRed": (255, 69, 0),
    "Yellow": (255, 255, 0),
    "SpringGreen": (0, 255, 127),
    "Cyan": (0, 255, 255),
    "Purple": (128, 0, 128),
    "DodgerBlue": (30, 144, 255),
    "DeepPink": (255, 20, 147),
    "NavajoWhite": (255, 222, 173),
}


@dataclasses.dataclass(frozen=True)
class Property:
    """One property of the sprite.

    Attributes:
        name: Name of its factor.
        column: Name in the public files.
        kind: Kind of its factor; see `Factor`.
        grid: Index of each of its values in dSprites, or in `COLOURS`.
        motions: Name of each motion to the values it runs through, again and
            again from frame 0. None if the property is constant in a clip.
    """

    name: str
    column: str
    kind: str
    grid: range
    motions: Mapping[str, Sequence[int]] | None = None

    @property
    def choices(self) -> int:
        """Number of motions, or of values if it is constant in a clip."""
        return len(self.motions or self.grid)

    @property
    def motion_name(self) -> str:
        """Name of the factor that says which motion it is."""
        return f"{self.name}_motion"

    def factors(self) -> list[Factor]:
        """The factor of the values and, if they move, of the motion."""
        axis = self.name if self.kind == "position" else None
        moves, size = self.motions is not None, len(self.grid)
        found = [Factor(self.name, self.kind, moves, size, 0, axis)]
        if moves:
            found.append(
                Factor(self.motion_name, "class", True, self.choices, 0)
            )
        return found

    def path(self, choice: int, num_frames: int) -> np.ndarray:
        """The values in a motion, int32 `[time]`."""
        cycle = list(self.motions.values())[choice]
        return np.resize(np.array(cycle, np.int32), num_frames)


def there_and_back(values: range) -> tuple[int, ...]:
    """Such as 0, 2, 4, 2 for 0, 2, 4: the ends are not repeated."""
    return (*values, *values[-2:0:-1])
