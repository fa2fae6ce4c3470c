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
from mipae_tf.data_builders.worlds.scene import FRAME_SIZE
from mipae_tf.data_builders.worlds.scene import Scene

_REGISTERED: set[epath.Path] = set()  # files of the builders tfds knows


class ClipBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """Writes the clips of a `Scene` in the train, validation and test splits.

    An example has `video` uint8 `[time, 64, 64, channels]`, `masks` uint8 0 or
    1 `[time, 64, 64, objects]` (where an object can be seen), `content` (one
    label per factor and clip), `pose` (int32 `[time]` per factor) and, where
    the scene has identifiers, `instance`. `info.metadata["factors"]` gives
    the number of values of every factor.

    Frames are stored as zlib-packed tensors: on these mostly black pictures
    that is several times smaller and faster than one PNG a frame, both to
    write and to read.

    Attributes:
        has_static: Whether the builder also has `sample_static`, which draws
            single frames with independent, uniform factors in bulk.
        has_futures: Whether the future is drawn by chance and the builder has
            `sample_futures`, which draws it.
        on_clip: Called after each clip that the plain loop has generated, to
            show progress.
    """

    has_static = False
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

    def _features(self, scene: Scene) -> tfds.features.FeaturesDict:
        config: ClipConfig = self.builder_config
        frame = (config.num_frames, FRAME_SIZE, FRAME_SIZE)
        features = {
            "video": _packed((*frame, 3 if config.colour else 1)),
            "masks": _packed((*frame, scene.objects)),
            "content": {
                name: tfds.features.ClassLabel(
                    names=scene.labels.get(name, map(str, range(size)))
                )
                for name, size in scene.content.items()
            },
            "pose": {
                name: tfds.features.Tensor(
                    shape=(config.num_frames,), dtype=np.int32
                )
                for name in scene.pose
            },
        }
        if scene.instance:
            features["instance"] = dict.fromkeys(scene.instance, np.int64)
        return tfds.features.FeaturesDict(features)

    def _clip_info(self, scene: Scene) -> tfds.core.DatasetInfo:
        factors = {"content": scene.content, "pose": scene.pose}
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


def _packed(shape: tuple[int, ...]) -> tfds.features.Tensor:
    return tfds.features.Tensor(shape=shape, dtype=np.uint8, encoding="zlib")
