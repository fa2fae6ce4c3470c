"""How a run is carried out."""

import dataclasses

from mipae_tf.options import Options
from mipae_tf.options import option
from mipae_tf.training.strategies import NAMES
from mipae_tf.training.strategies import PRECISIONS


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingOptions(Options):
    """Everything a user can choose about a training but model and data.

    The hyper-parameters of the models are fields of their own configs.
    """

    seed: int = option(
        0, "Seed of the weights, the batches and the random draws.", low=0
    )
    strategy: str = option(
        "auto",
        "Distribution strategy. auto: mirrored on several GPUs, else none.",
        choices=NAMES,
        identity=False,
    )
    init_from: str | None = option(
        None, "Run folder whose weights to start from.", type=str, path=True
    )
    train_clips: int | None = option(
        None,
        "Train on the first N clips; on all of them when unset.",
        type=int,
        low=1,
    )
    data_dir: str | None = option(
        None,
        "Folder where tfds keeps datasets.",
        type=str,
        path=True,
        identity=False,
    )
    manual_dir: str | None = option(
        None,
        "Folder with files that you downloaded (MNIST, dSprites).",
        type=str,
        path=True,
        identity=False,
    )
    clips_dir: str | None = option(
        None,
        "Decode the training clips once into this folder and read them from "
        "there, for datasets larger than memory.",
        type=str,
        path=True,
        identity=False,
    )
    log_every: int = option(
        100, "Steps between lines of losses.", low=1, identity=False
    )
    validate_every: int = option(
        1_000,
        "Steps between validation, pictures and checkpoints.",
        low=1,
        identity=False,
    )
    validation_batches: int = option(
        8, "Batches of validation clips in a validation.", low=1, identity=False
    )
    steps_per_call: int = option(
        10,
        "Steps in one call of the compiled training loop.",
        low=1,
        identity=False,
    )
    max_to_keep: int = option(
        2,
        "Newest checkpoints kept of a stage, besides the best one.",
        low=1,
        identity=False,
    )
    pictures: bool = option(
        True,
        "Whether to draw pictures and GIFs at each validation.",
        identity=False,
    )
    on_nonfinite: str = option(
        "stop",
        "What to do when a loss or a gradient is not finite. skip: undo the "
        "step; rollback: return to the newest checkpoint and continue with "
        "other batches.",
        choices=("stop", "skip", "rollback"),
        identity=False,
    )
    precision: str = option(
        "float32",
        "Precision of convolutions and recurrences; weights and losses stay "
        "float32.",
        choices=PRECISIONS,
    )
    xla: bool = option(
        False, "Whether XLA compiles the training step.", identity=False
    )
    profile: str | None = option(
        None,
        "First and last step for TensorBoard's profiler, such as 20,25.",
        type=str,
        identity=False,
    )
    intra_op_threads: int | None = option(
        None,
        "Threads for one operation; 1 without a GPU when unset.",
        type=int,
        low=1,
        identity=False,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self.profile_span()

    def profile_span(self) -> tuple[int, int] | None:
        """First and last step of `profile`.

        Raises:
            ValueError: for anything but two steps in order.
        """
        if self.profile is None:
            return None
        try:
            first, last = map(int, self.profile.split(","))
        except ValueError:
            first, last = 0, 0
        if not 0 < first < last:
            raise ValueError(
                f"--profile={self.profile} is not a range of steps; give the "
                "first and a later last one, such as 20,25."
            )
        return first, last
