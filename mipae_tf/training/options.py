"""How a run is carried out, not what it is to learn."""

import dataclasses

from mipae_tf.limits import INT32_MAX
from mipae_tf.limits import require_between

ON_NONFINITE = ("stop", "skip", "rollback")


@dataclasses.dataclass(frozen=True)
class TrainingOptions:
    """Intervals and conveniences of training.

    Attributes:
        steps_per_call: steps made by one call into the compiled loop.
        log_every: steps between lines of `losses.jsonl` and scalars.
        validate_every: steps between validation, pictures and checkpoints.
        validation_batches: batches of validation clips looked at.
        max_to_keep: how many of the newest checkpoints of a stage are kept.
        pictures: whether strips and GIFs are drawn.
        on_nonfinite: what to do about a step whose losses or gradients are
            not finite: `stop`; `skip`, which undoes it; `rollback`, which
            goes back to the newest checkpoint and on with other batches.
        precision: `float32`, or `mixed_bfloat16` for the convolutions and
            recurrences; weights and losses stay float32.
        xla: whether XLA compiles the step.
        profile: first and last step that TensorBoard's profiler watches.
        clips_dir: folder for decoded clips, for datasets larger than memory;
            in memory when None.
    """

    steps_per_call: int = 10
    log_every: int = 100
    validate_every: int = 1_000
    validation_batches: int = 8
    max_to_keep: int = 2
    pictures: bool = True
    on_nonfinite: str = "stop"
    precision: str = "float32"
    xla: bool = False
    profile: tuple[int, int] | None = None
    clips_dir: str | None = None

    def __post_init__(self) -> None:
        if self.on_nonfinite not in ON_NONFINITE:
            raise ValueError(
                f"--on_nonfinite={self.on_nonfinite} is unknown; allowed are "
                f"{', '.join(ON_NONFINITE)}."
            )
        if self.profile and not 0 < self.profile[0] < self.profile[1]:
            first, last = self.profile
            raise ValueError(
                f"--profile={first},{last} is no span of steps; give the "
                "first and a later last one, such as 20,25."
            )
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.type is int:
                require_between(field.name, value, 1, INT32_MAX)
