"""How a run is carried out; none of it changes what is learnt."""

import dataclasses


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
    """

    steps_per_call: int = 10
    log_every: int = 100
    validate_every: int = 1_000
    validation_batches: int = 8
    max_to_keep: int = 2
    pictures: bool = True

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name != "pictures" and value < 1:
                raise ValueError(
                    f"--{field.name}={value} is too small; allowed is 1 or "
                    "more."
                )
