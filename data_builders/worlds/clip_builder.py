"""The base of the builders whose clips are generated from factors."""

import abc
import functools
import inspect
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping

import numpy as np
import tensorflow_datasets as tfds
from etils import epath
from mipae_tf.data_builders.worlds.clip_config import ClipConfig
from mipae_tf.data_builders.worlds.factors import GROUPS
from mipae_tf.data_builders.worlds.factors import Factor
from mipae_tf.data_builders.worlds.factors import checked_factors
from mipae_tf.data_builders.worlds.factors import from_metadata
from mipae_tf.data_builders.worlds.factors import to_metadata
from mipae_tf.data_builders.worlds.scene import FRAME_SIZE
from mipae_tf.data_builders.worlds.scene import Scene
from mipae_tf.data_builders.worlds.scene import stored_as

_REGISTERED: set[epath.Path] = set()  # files of the builders tfds knows


class ClipBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """Writes the clips of a `Scene` in the train, validation and test splits.

    An example has `video` uint8 `[time, 64, 64, channels]`, `masks` uint8 0 or
    1 `[time, 64, 64, objects]` (where an object can be seen), `content` (one
    value per factor and clip), `pose` (`[time]` per factor) and, where the
    scene has identifiers, `instance`. `info.metadata["factors"]` is the
    scene's declaration of its factors, a list with the fields of each `Factor`.

    Frames are stored as zlib-packed tensors: on these mostly black pictures
    that is several times smaller and faster than one PNG a frame, both to
    write and to read.

    Attributes:
        has_futures: Whether the future is drawn by chance and the builder has
            `sample_futures`, which draws it.
        on_clip: Called after each clip that the plain loop has generated, to
            show progress.
    """

    has_futures = False
    on_clip: Callable[[], None] | None = None

    def __init_subclass__(
        cls, skip_registration: bool = False, **kwargs
    ) -> None:
        path = epath.Path(inspect.getfile(cls))
        # `tfds build` imports a file by its folder, others by its package;
        # tfds would refuse a second dataset of one name.
        skip_registration |= path in _REGISTERED
        super().__init_subclass__(skip_registration=skip_registration, **kwargs)
        if not skip_registration:
            _REGISTERED.add(path)
        # tfds would look for README.md, CITATIONS.bib, TAGS.txt and
        # checksums.tsv by the name of the module.
        cls.code_path, cls.pkg_dir_path = path, path.parent

    @property
    def has_static(self) -> bool:
        """Whether `sample_static` can draw: every factor has a size."""
        factors = from_metadata(self.info.metadata)
        return bool(factors) and all(factor.size for factor in factors)

    @abc.abstractmethod
    def scene(self) -> Scene:
        """The world of this configuration, as the dataset was built."""

    @abc.abstractmethod
    def _prepare(self, dl_manager: tfds.download.DownloadManager) -> Scene:
        """Finds the sources and returns the scene to build with."""

    def render(
        self,
        content: Mapping[str, np.ndarray],
        pose: Mapping[str, np.ndarray],
        instance: Mapping[str, np.ndarray] | None = None,
    ) -> np.ndarray:
        """Draws the true clip of any combination of factors.

        The content of one clip with the pose of another gives the truth that
        a swapped reconstruction is scored against.

        Args:
            content: Factor name to an integer.
            pose: Factor name to integers `[time]`, of any length.
            instance: Identifier name to an integer, where there are any.

        Returns:
            The clip, uint8 `[time, 64, 64, channels]`.

        Raises:
            ValueError: A factor is missing or outside its range.
        """
        return self.scene().render(content, pose, instance)[0]

    def sample_static(
        self, count: int, seed: int, start: int = 0
    ) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Draws single frames whose factors are independent and uniform.

        Every combination of factors, of the train and the test split, is
        equally likely. Frame i of a seed is the same however the frames are
        asked for. 100,000 colour frames take 1.2 GB: ask in parts.

        Args:
            count: Number of frames.
            seed: Seed of the draw; frames differ from those of every split.
            start: Index of the first frame.

        Returns:
            Frames, uint8 `[count, 64, 64, channels]`; content factors and
            pose factors, name to int32 `[count]`.

        Raises:
            ValueError: A factor without a size; see `has_static`.
        """
        return self.scene().sample_static(count, seed, start)

    def _features(self, scene: Scene) -> tfds.features.FeaturesDict:
        config: ClipConfig = self.builder_config
        frame = (config.num_frames, FRAME_SIZE, FRAME_SIZE)
        groups = {group: {} for group in GROUPS}
        for factor in scene.factors:
            feature = _feature(factor, scene.labels, config.num_frames)
            groups[factor.group][factor.name] = feature
        if not groups["instance"]:
            del groups["instance"]
        return tfds.features.FeaturesDict(
            {
                "video": _packed((*frame, 3 if config.colour else 1)),
                "masks": _packed((*frame, scene.objects)),
                **groups,
            }
        )

    def _clip_info(self, scene: Scene) -> tfds.core.DatasetInfo:
        factors = to_metadata(checked_factors(scene.factors))
        return self.dataset_info_from_configs(
            features=self._features(scene),
            supervised_keys=None,
            metadata=tfds.core.MetadataDict(factors=factors),
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager):
        scene = self._prepare(dl_manager)
        return {
            split: self._generate_examples(scene, split, count)
            for split, count in self.builder_config.split_sizes().items()
        }

    def _generate_examples(self, scene: Scene, split: str, count: int):
        make = functools.partial(scene.clip, split)
        if count <= self.builder_config.beam_above:
            return _loop(make, count, self.on_clip or _nothing)
        beam = tfds.core.lazy_imports.apache_beam
        return beam.Create(range(count)) | beam.Map(make)


def _loop(make, count: int, on_clip) -> Iterator[tuple[str, dict]]:
    for index in range(count):
        yield make(index)
        on_clip()


def _nothing() -> None:
    pass


def _feature(
    factor: Factor, labels: Mapping[str, tuple[str, ...]], num_frames: int
) -> tfds.features.FeatureConnector:
    """How the values of a factor are stored."""
    if factor.per_frame:
        return tfds.features.Tensor(
            shape=(num_frames,), dtype=stored_as(factor)
        )
    if factor.kind == "identifier" or factor.size is None:
        return tfds.features.Scalar(dtype=stored_as(factor))
    names = labels.get(factor.name, map(str, range(factor.size)))
    return tfds.features.ClassLabel(names=names)


def _packed(shape: tuple[int, ...]) -> tfds.features.Tensor:
    return tfds.features.Tensor(shape=shape, dtype=np.uint8, encoding="zlib")
