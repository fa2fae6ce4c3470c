"""What all builders of this package have in common."""

import inspect
from collections.abc import Iterable
from collections.abc import Mapping

import numpy as np
import tensorflow_datasets as tfds
from etils import epath
from mipae_tf.data_builders.factors import GROUPS
from mipae_tf.data_builders.factors import PROVENANCE
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.factors import stored_as
from mipae_tf.data_builders.unfinished import being_built

_REGISTERED: set[epath.Path] = set()  # files of builders registered in tfds


class BaseBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """A builder that tfds can find by its folder and by its package."""

    def __init_subclass__(
        cls, skip_registration: bool = False, **kwargs
    ) -> None:
        path = epath.Path(inspect.getfile(cls))
        # `tfds build` imports a file by its folder, users import it by its
        # package; tfds would reject a second dataset of the same name.
        skip_registration |= path in _REGISTERED
        super().__init_subclass__(skip_registration=skip_registration, **kwargs)
        if not skip_registration:
            _REGISTERED.add(path)
        # Otherwise tfds would search README.md, CITATIONS.bib, TAGS.txt and
        # checksums.tsv by the name of the module.
        cls.code_path, cls.pkg_dir_path = path, path.parent

    def _download_and_prepare(self, *args, **kwargs) -> None:
        # Its data_dir is here the unfinished folder.
        with being_built(self.data_dir):
            super()._download_and_prepare(*args, **kwargs)


def features_of(
    factors: Iterable[Factor],
    num_frames: int,
    labels: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, dict[str, tfds.features.FeatureConnector]]:
    """The tfds features for values of factors, by group.

    Args:
        factors: Declarations.
        num_frames: Frames per clip.
        labels: Names of the values of a class, by factor.

    Returns:
        `content`, `pose` and, if there are identifiers or a source,
        `instance`.
    """
    groups = {group: {} for group in GROUPS}
    for factor in factors:
        names = (labels or {}).get(factor.name)
        feature = _feature(factor, names, num_frames)
        groups[factor.group][factor.name] = feature
    if not groups["instance"]:
        del groups["instance"]
    return groups


def _feature(
    factor: Factor, names: tuple[str, ...] | None, num_frames: int
) -> tfds.features.FeatureConnector:
    if factor.per_frame and names:
        label = tfds.features.ClassLabel(names=names)
        return tfds.features.Sequence(label, length=num_frames)
    if factor.per_frame:
        return tfds.features.Tensor(
            shape=(num_frames,), dtype=stored_as(factor)
        )
    if factor.kind in PROVENANCE or factor.size is None:
        return tfds.features.Scalar(dtype=stored_as(factor))
    names = names or tuple(map(str, range(factor.size)))
    return tfds.features.ClassLabel(names=names)


def packed_frames(shape: tuple[int, ...]) -> tfds.features.Tensor:
    """uint8 frames, compressed with zlib."""
    return tfds.features.Tensor(shape=shape, dtype=np.uint8, encoding="zlib")
