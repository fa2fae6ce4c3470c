"""Base class of builders that generate clips from factors."""

import abc
import functools
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping

import numpy as np
import tensorflow_datasets as tfds
from mipae_tf.data_builders.base_builder import BaseBuilder
from mipae_tf.data_builders.base_builder import features_of
from mipae_tf.data_builders.base_builder import packed_frames
from mipae_tf.data_builders.factors import checked_factors
from mipae_tf.data_builders.factors import from_metadata
from mipae_tf.data_builders.factors import to_metadata
from mipae_tf.data_builders.worlds.clip_config import ClipConfig
from mipae_tf.data_builders.worlds.scene import Scene


class ClipBuilder(BaseBuilder, skip_registration=True):
    """Writes the clips of a `Scene` in the train, validation and test splits.

    An example has `video` uint8 `[time, size, size, channels]`, `content` (one
    value per factor and clip), `pose` (`[time]` per factor) and, if the scene
    has identifiers, `instance`. As far as the scene has them, it also has
    `masks` uint8 0 or 1 `[time, size, size, objects]` (where an object is
    visible), `boxes`, `actions` and `times`. `info.metadata["factors"]`
    declares the factors of the scene, a list with the fields of each `Factor`.

    Frames are stored as zlib-compressed tensors. For these mostly black frames
    they are several times smaller, and faster to write and read, than one PNG
    per frame.

    Attributes:
        has_futures: Whether the future is stochastic and the builder has a
            method `sample_futures`.
        watch: Called with the number of clips of all splits before the first is
            generated, unless Beam generates some; returns a function that is
            called after each clip. None to show no progress.
    """

    has_futures = False
    watch: Callable[[int], Callable[[], None]] | None = None

    @property
    def has_static(self) -> bool:
        """Whether `sample_static` is available: every factor has a size."""
        factors = from_metadata(self.info.metadata)
        return bool(factors) and all(factor.size for factor in factors)

    @property
    def uses_beam(self) -> bool:
        """Whether a split may be so large that Beam generates it."""
        config: ClipConfig = self.builder_config
        return max(config.split_sizes().values()) > config.beam_above

    @abc.abstractmethod
    def scene(self) -> Scene:
        """The scene of this configuration, as the dataset was built."""

    @abc.abstractmethod
    def _prepare(self, dl_manager: tfds.download.DownloadManager) -> Scene:
        """Prepares the source files and returns the scene to build from."""

    def render(
        self,
        content: Mapping[str, np.ndarray],
        pose: Mapping[str, np.ndarray],
        instance: Mapping[str, np.ndarray] | None = None,
    ) -> np.ndarray:
        """Renders the true clip for any combination of factors.

        The content of one clip with the pose of another one gives the ground
        truth for a swap.

        Args:
            content: Factor name to an integer.
            pose: Factor name to integers `[time]`, of any length.
            instance: Identifier name to an integer, if there are any.

        Returns:
            The clip, uint8 `[time, size, size, channels]`.

        Raises:
            ValueError: If a factor is missing or out of range.
        """
        return self.scene().render(content, pose, instance)[0]

    def sample_static(
        self, count: int, seed: int, start: int = 0
    ) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Samples single frames with independent, uniform factors.

        All combinations of factors, of the train and the test split, are
        equally likely. Frame i of a seed does not depend on `count` and
        `start`. 100,000 colour frames take 1.2 GB: request them in parts.

        Args:
            count: Number of frames.
            seed: Seed of the samples; frames differ from those of all splits.
            start: Index of the first frame.

        Returns:
            Frames, uint8 `[count, size, size, channels]`; content factors and
            pose factors, name to int32 `[count]`.

        Raises:
            ValueError: If a factor has no size; see `has_static`.
        """
        return self.scene().sample_static(count, seed, start)

    def _features(self, scene: Scene) -> tfds.features.FeaturesDict:
        config: ClipConfig = self.builder_config
        time, size = config.num_frames, config.frame_size
        channels = 3 if config.colour else 1
        streams = {"video": packed_frames((time, size, size, channels))}
        if scene.objects:
            streams["masks"] = packed_frames((time, size, size, scene.objects))
        if scene.has_boxes:
            streams["boxes"] = _floats(time, scene.objects, 4)
        if scene.action_dim:
            streams["actions"] = _floats(time, scene.action_dim)
        if scene.has_times:
            streams["times"] = _floats(time)
        factors = features_of(scene.factors, time, scene.labels)
        return tfds.features.FeaturesDict({**streams, **factors})

    def _clip_info(self, scene: Scene) -> tfds.core.DatasetInfo:
        factors = to_metadata(checked_factors(scene.factors))
        return self.dataset_info_from_configs(
            features=self._features(scene),
            supervised_keys=None,
            metadata=tfds.core.MetadataDict(factors=factors),
        )

    def _split_sizes(self, scene: Scene) -> dict[str, int]:
        """The number of clips of every split; at most those of the config."""
        return self.builder_config.split_sizes()

    def _split_generators(self, dl_manager: tfds.download.DownloadManager):
        scene = self._prepare(dl_manager)
        sizes = self._split_sizes(scene)
        splits = {
            split: self._generate_examples(scene, split, count)
            for split, count in sizes.items()
        }
        in_loops = all(isinstance(each, Iterator) for each in splits.values())
        if self.watch is None or not in_loops:
            return splits
        on_clip = self.watch(sum(sizes.values()))
        return {name: _watched(each, on_clip) for name, each in splits.items()}

    def _generate_examples(self, scene: Scene, split: str, count: int):
        make = functools.partial(scene.clip, split)
        if count <= self.builder_config.beam_above:
            return map(make, range(count))
        beam = tfds.core.lazy_imports.apache_beam
        return beam.Create(range(count)) | beam.Map(make)


def _watched(examples: Iterator, on_clip: Callable[[], None]) -> Iterator:
    for example in examples:
        yield example
        on_clip()


def _floats(*shape: int) -> tfds.features.Tensor:
    return tfds.features.Tensor(shape=shape, dtype=np.float32)
