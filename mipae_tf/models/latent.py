"""Descriptions of the latents of a model."""

import dataclasses
import math

ROLES = ("content", "pose", "factor", "state", "noise", "presence")


@dataclasses.dataclass(frozen=True)
class Latent:
    """Description of one latent of a model.

    Metrics use these descriptions to decide whether they apply. A model may
    have several latents of the same role, such as the levels of a hierarchy,
    or a background and objects.

    Attributes:
        name: key in the result of `encode`.
        role: content (constant within a clip), pose (changes with time),
            factor (one of several that evolve independently), state (content
            and pose, entangled), noise (sampled at each step) or presence
            (whether an object exists).
        per_frame: `[batch, time, ...]` if true, otherwise `[batch, ...]`.
        shape: shape of one code, `(dim,)` for a vector and `(height, width,
            channel)` for a feature map.
        objects: number of objects if the latent has one code per object,
            `[..., objects, *shape]`; otherwise 0.
        level: level in a hierarchy, 0 for the one nearest to the pixels.
        discrete: whether the code has a finite number of values.
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
        """Number of elements in one code of one object."""
        return math.prod(self.shape)

    @property
    def code_shape(self) -> tuple[int, ...]:
        """`shape`, preceded by the axis of objects if there is one."""
        return (self.objects, *self.shape) if self.objects else self.shape
