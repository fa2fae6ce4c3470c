"""Settings of a run, stored in `config.json`."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import keras

from mipae_tf.data.videos import VideoSource
from mipae_tf.models import VideoModel
from mipae_tf.models import build_model
from mipae_tf.models import config_class
from mipae_tf.models.config import ModelConfig

# Name of the dataset in runs on clips given by the user.
OWN_CLIPS = "own clips"


@dataclasses.dataclass(frozen=True)
class RunSettings:
    """Settings that determine the result of a run.

    Attributes:
        model: name of the model.
        protocol: preset of hyper-parameters.
        recipe: changes to the preset for a kind of video.
        config: all hyper-parameters.
        dataset: name of the dataset, `name` or `name/config`.
        frame_shape: (height, width, channel).
        seed: seed of weights, batches and random draws.
        train_clips: number of training clips to use; None for all.
        data_dir: folder of tfds datasets.
        manual_dir: folder of manually downloaded files.
        videos: the folder of videos that the dataset was built from, or None.
        clips: fingerprints of the user's own clips by split, or None.
        older_than: hyper-parameters that did not exist when the run was
            created.
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
    videos: VideoSource | None = None
    clips: Mapping[str, str] | None = None
    older_than: tuple[str, ...] = ()
    recipe: str = "drawn"

    def __post_init__(self) -> None:
        # JSON has no tuples.
        object.__setattr__(self, "older_than", tuple(self.older_than))

    def identity(self) -> dict[str, Any]:
        """The settings that may not change when the run is resumed."""
        return {
            "model": self.model,
            "dataset": self.dataset,
            "frame_shape": list(self.frame_shape),
            "seed": self.seed,
            "train_clips": self.train_clips,
            "clips": self.clips,
            **self.config.identity(),
        }

    def make_model(self) -> VideoModel:
        """Creates the model with initial weights."""
        keras.utils.set_random_seed(self.seed)
        return build_model(self.model, self.config, self.frame_shape, self.seed)

    def to_json(self) -> str:
        """The content of `config.json`."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "RunSettings":
        """Reads the result of `to_json`.

        Hyper-parameters that are missing, because they were added later, have
        their defaults.

        Raises:
            KeyError, TypeError, ValueError: if the text is not valid.
        """
        fields = json.loads(text)
        config = config_class(fields["model"]).resolve(given=fields["config"])
        shape = tuple(fields["frame_shape"])
        if [type(size) for size in shape] != [int] * 3:
            raise ValueError(f"frame_shape is {shape}")
        fields |= {"config": config, "frame_shape": shape}
        if fields.get("videos"):
            fields["videos"] = VideoSource.from_json(fields["videos"])
        return cls(**fields)
