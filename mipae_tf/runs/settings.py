"""What a run is: model, data, objective."""

import dataclasses
import json
from typing import Any

import keras

from mipae_tf.models import VideoModel
from mipae_tf.models import build_model
from mipae_tf.models import config_class
from mipae_tf.models.config import ModelConfig

# What stands for a dataset's name in a run on the user's own clips.
OWN_CLIPS = "own clips"


@dataclasses.dataclass(frozen=True)
class RunSettings:
    """Everything that decides what a run will learn.

    Attributes:
        model: name of the system.
        protocol: the named set of hyper-parameters it began from.
        config: its hyper-parameters, all of them.
        dataset: `name` or `name/config`.
        frame_shape: (height, width, channel).
        seed: key of weights, batches and draws.
        train_clips: only the first so many clips are trained on; None: all.
        data_dir: where tfds keeps datasets.
        manual_dir: files that the user brought.
        older_than: hyper-parameters that the library did not have when the
            run was begun.
    """

    model: str
    protocol: str
    config: ModelConfig
    dataset: str
    frame_shape: tuple[int, int, int]
    seed: int = 0
    train_clips: int | None = None
    data_dir: str | None = None
    manual_dir: str | None = None
    older_than: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # JSON has lists alone.
        object.__setattr__(self, "older_than", tuple(self.older_than))

    def identity(self) -> dict[str, Any]:
        """What may not change while a run goes on."""
        return {
            "model": self.model,
            "dataset": self.dataset,
            "frame_shape": list(self.frame_shape),
            "seed": self.seed,
            "train_clips": self.train_clips,
            **self.config.identity(),
        }

    def make_model(self) -> VideoModel:
        """The model with fresh weights."""
        keras.utils.set_random_seed(self.seed)
        return build_model(self.model, self.config, self.frame_shape, self.seed)

    def to_json(self) -> str:
        """Text of `config.json`."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "RunSettings":
        """The settings that `to_json` wrote.

        Hyper-parameters that the file lacks, since they were added to the
        library later, have their defaults.

        Raises:
            KeyError, TypeError, ValueError: for another text.
        """
        fields = json.loads(text)
        config = config_class(fields["model"]).resolve(given=fields["config"])
        shape = tuple(fields["frame_shape"])
        if [type(size) for size in shape] != [int] * 3:
            raise ValueError(f"frame_shape is {shape}")
        return cls(**{**fields, "config": config, "frame_shape": shape})
