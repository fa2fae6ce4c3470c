"""Training options."""

import dataclasses

from mipae_tf.options import Options
from mipae_tf.options import option
from mipae_tf.training.strategies import PRECISIONS
from mipae_tf.training.strategies import STRATEGY_NAMES


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingOptions(Options):
    """Options of training other than model and data.

    The hyper-parameters of the models are fields of their configs.
    """

    seed: int = option(
        0, "Seed of the weights, the batches and the random draws.", low=0
    )
    strategy: str = option(
        "auto",
        "Distribution strategy. auto: mirrored on several GPUs, else none.",
        choices=STRATEGY_NAMES,
        identity=False,
    )
    init_from: str | None = option(
        None, "Run folder with the initial weights.", type=str, path=True
    )
    train_clips: int | None = option(
        None,
        "Number of training clips to use; all if unset.",
        type=int,
        low=1,
    )
    data_dir: str | None = option(
        None,
        "Folder of tfds datasets.",
        type=str,
        path=True,
        identity=False,
    )
    manual_dir: str | None = option(
        None,
        "Folder of manually downloaded files (MNIST, dSprites).",
        type=str,
        path=True,
        identity=False,
    )
    clips_dir: str | None = option(
        None,
        "Folder for decoded clips, which are then memory-mapped; for datasets "
        "larger than memory.",
        type=str,
        path=True,
        identity=False,
    )
    log_every: int = option(
        100, "Steps between logs of the losses.", low=1, identity=False
    )
    validate_every: int = option(
        1_000,
        "Steps between validations, pictures and checkpoints.",
        low=1,
        identity=False,
    )
    validation_batches: int = option(
        8, "Batches of validation clips per validation.", low=1, identity=False
    )
    steps_per_call: int = option(
        10,
        "Steps per call of the compiled training loop.",
        low=1,
        identity=False,
    )
    max_to_keep: int = option(
        2,
        "Number of newest checkpoints kept per stage, besides the best one.",
        low=1,
        identity=False,
    )
    pictures: bool = option(
        True,
        "Whether to log pictures and GIFs at each validation.",
        identity=False,
    )
    on_nonfinite: str = option(
        "stop",
        "Action if a loss or gradient is not finite. stop: end with an error; "
        "skip: undo the step; rollback: return to the newest checkpoint and "
        "continue with other batches.",
        choices=("stop", "skip", "rollback"),
        identity=False,
    )
    precision: str = option(
        "float32",
        "Precision of convolutions and recurrent layers; weights and losses "
        "are always float32.",
        choices=PRECISIONS,
    )
    xla: bool = option(
        False, "Whether XLA compiles the training step.", identity=False
    )
    profile: str | None = option(
        None,
        "First and last step to profile with TensorBoard, such as 20,25.",
        type=str,
        identity=False,
    )
    intra_op_threads: int | None = option(
        None,
        "Threads per operation; if unset, 1 without a GPU.",
        type=int,
        low=1,
        identity=False,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self.profile_span()

    def profile_span(self) -> tuple[int, int] | None:
        """The first and last step of `profile`.

        Raises:
            ValueError: if it is not two steps in ascending order.
        """
        if self.profile is None:
            return None
        try:
            first, last = map(int, self.profile.split(","))
        except ValueError:
            first, last = 0, 0
        if not 0 < first < last:
            raise ValueError(
                f"--profile={self.profile} is not a range of steps; it must be "
                "the first and a later last step, such as 20,25."
            )
        return first, last
