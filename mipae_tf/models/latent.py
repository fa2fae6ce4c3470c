"""What a model says of each of its latents."""

import dataclasses
import math

ROLES = ("content", "pose", "factor", "state", "noise", "presence")


@dataclasses.dataclass(frozen=True)
class Latent:
    """One named part of a model's code.

    From these, metrics know what applies to a model. A model may have several
    latents of one role, such as the levels of a hierarchy, or a background
    and objects.

    Attributes:
        name: key in what `encode` returns.
        role: content (stays within a clip), pose (moves), factor (one of
            several that evolve independently), state (content and pose,
            entangled), noise (drawn anew at each step) or presence (whether
            an object is there).
        per_frame: `[batch, time, ...]` if true, `[batch, ...]` if not.
        shape: shape of one code, `(dim,)` for a vector and `(height, width,
            channel)` for a map.
        objects: number of objects when the latent has one code for each,
            `[..., objects, *shape]`; 0 when it has not.
        level: place in a hierarchy, 0 for the level nearest to the pixels.
        discrete: whether the code takes a finite number of values.
    """

    name: str
    role: str
    per_frame: bool
    shape: tuple[int, ...]
    objects: int = 0
    level: int = 0
    discrete: bool = False

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(
                f"Latent {self.name!r} has role {self.role!r}; allowed are "
                f"{', '.join(ROLES)}."
            )

    @property
    def size(self) -> int:
        """Numbers in one code, of one object."""
        return math.prod(self.shape)

    @property
    def code_shape(self) -> tuple[int, ...]:
        """`shape`, after the axis of objects where there is one."""
        return (self.objects, *self.shape) if self.objects else self.shape
