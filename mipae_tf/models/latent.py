"""What a model says of each of its latents."""

import dataclasses

ROLES = ("content", "pose", "factor", "state", "noise")


@dataclasses.dataclass(frozen=True)
class Latent:
    """One named part of a model's code.

    From these, metrics know what applies to a model.

    Attributes:
        name: key in what `encode` returns.
        role: content (stays within a clip), pose (moves), factor (one of
            several that evolve by themselves), state (both, entangled) or
            noise (drawn anew at each step).
        per_frame: `[batch, time, dim]` if true, `[batch, dim]` if not.
        dim: size of the last axis.
        objects: number of objects when the latent has one code for each,
            `[..., objects, dim]`; 0 when it has not.
    """

    name: str
    role: str
    per_frame: bool
    dim: int
    objects: int = 0

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(
                f"Latent {self.name!r} has role {self.role!r}; allowed are "
                f"{', '.join(ROLES)}."
            )
