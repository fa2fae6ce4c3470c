"""Base class of scenes: sampling factors and drawing frames."""

import abc
from collections.abc import Mapping

import numpy as np
from mipae_tf.data_builders.factors import GROUPS
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.factors import stored_as
from mipae_tf.data_builders.worlds.allocator import keep_freed_memory
from mipae_tf.data_builders.worlds.clip_config import ClipConfig
from mipae_tf.data_builders.worlds.compose import boxes_of

Values = dict[str, np.ndarray]
_STREAMS = {"train": 0, "validation": 1, "test": 2, "static": 3}
_BLOCK = 1000  # frames drawn at a time, to limit memory


class Scene(abc.ABC):
    """Samples factors, and draws frames from factors.

    A scene can be pickled, so that Beam can send it to workers.

    Attributes:
        config: The configuration.
        factors: Declarations of the factors, in the order in which
            `sample_static` draws them. They define the features and the
            metadata of the dataset, and the checks of `render`.
        objects: Number of objects, and of masks; 0 if objects are not known.
        labels: Names of the values of some factors.
        action_dim: Numbers of an action; 0 if there are no actions.
        has_boxes: Whether a clip has the boxes around the visible part of each
            object; they are derived from the masks.
        has_times: Whether a clip has the time of each frame; without, frame t
            is at time t.
    """

    config: ClipConfig
    factors: tuple[Factor, ...]
    objects: int
    labels: dict[str, tuple[str, ...]] = {}
    action_dim: int = 0
    has_boxes: bool = False
    has_times: bool = False

    def values(self, split: str, index: int) -> Values:
        """The factors of example `index` of a split.

        By default they are sampled. A scene whose clips are listed, such as
        all combinations of its factors, overrides this method instead of
        `sample`.

        Returns:
            As `sample`.
        """
        return self.sample(split, example_rng(self.config.seed, split, index))

    def sample(self, split: str, rng: np.random.Generator) -> Values:
        """Samples the factors of one clip of a split.

        Returns:
            Factor name to values, `[time]` if the factor is per frame,
            otherwise a scalar. With `action_dim`, also `actions`, float
            `[time, action_dim]`; action t leads from frame t to t + 1. With
            `has_times`, also `times`, float `[time]`.
        """
        raise NotImplementedError

    @abc.abstractmethod
    def draw(self, values: Values) -> tuple[np.ndarray, np.ndarray | None]:
        """Draws frames from the factors of each.

        Args:
            values: Factor name to values, `[frames]`.

        Returns:
            Frames, uint8 `[frames, height, width, channels]`, and masks,
            uint8 0 or 1 `[frames, height, width, objects]`, or None without
            objects.
        """

    def clip(self, split: str, index: int) -> tuple[str, dict]:
        """Generates example `index` of a split, a function of the seed.

        Args:
            split: `train`, `validation` or `test`.
            index: Index of the example.

        Returns:
            A unique key, and the example.
        """
        keep_freed_memory()
        values = self.values(split, index)
        groups = self.grouped(values)
        video, masks = self.render(**groups)
        for factor in self._per_frame:
            own = groups[factor.group]
            own[factor.name] = own[factor.name].astype(stored_as(factor))
        if not groups["instance"]:
            del groups["instance"]
        example = {"video": video, **groups}
        if self.objects:
            example["masks"] = masks
        if self.has_boxes:
            example["boxes"] = boxes_of(masks)
        if self.action_dim:
            example["actions"] = values["actions"].astype(np.float32)
        if self.has_times:
            example["times"] = values["times"].astype(np.float32)
        return f"{split}-{index:08d}", example

    def grouped(self, values: Mapping[str, np.ndarray]) -> dict[str, Values]:
        """The values in the dicts `content`, `pose` and `instance`."""
        groups = {group: {} for group in GROUPS}
        for factor in self.factors:
            groups[factor.group][factor.name] = values[factor.name]
        return groups

    def render(
        self,
        content: Mapping[str, np.ndarray],
        pose: Mapping[str, np.ndarray],
        instance: Mapping[str, np.ndarray] | None = None,
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Draws one clip for any combination of factors.

        Args:
            content: Factor name to a scalar.
            pose: Factor name to values, `[time]`, of any length.
            instance: Identifier name to a scalar, if the scene has any.

        Returns:
            The clip, uint8 `[time, height, width, channels]`, and its masks, or
            None without objects.

        Raises:
            ValueError: If a factor is missing or out of range, or lengths
                differ.
        """
        given = dict(zip(GROUPS, (content, pose, instance or {})))
        values = {
            factor.name: self._checked(factor, given[factor.group])
            for factor in self.factors
        }
        lengths = {f.name: len(values[f.name]) for f in self._per_frame}
        if len(set(lengths.values())) > 1:
            raise ValueError(
                f"pose has different numbers of frames, {lengths}; they must "
                "be equal."
            )
        time = next(iter(lengths.values()), 1)
        for factor in self.factors:
            if not factor.per_frame:
                values[factor.name] = np.repeat(values[factor.name], time)
        return self.draw(values)

    def sample_static(
        self, count: int, seed: int, start: int = 0
    ) -> tuple[np.ndarray, Values, Values]:
        """Samples single frames with independent, uniform factors.

        Args:
            count: Number of frames.
            seed: Seed of the samples.
            start: Index of the first frame.

        Returns:
            Frames, uint8 `[count, height, width, channels]`; content factors
            and pose factors, name to int32 `[count]`.

        Raises:
            ValueError: If a factor has no size.
        """
        for factor in self.factors:
            if factor.size is None:
                raise ValueError(
                    f"Factor {factor.name!r} has no size, so its values cannot "
                    "be sampled uniformly for single frames."
                )
        high = np.array([factor.size for factor in self.factors])
        drawn = np.stack(
            [
                example_rng(seed, "static", index).integers(high)
                for index in range(start, start + count)
            ],
            -1,
        )  # [factors, count]
        names = [factor.name for factor in self.factors]
        values = dict(zip(names, drawn.astype(np.int32), strict=True))
        frames = None
        for low in range(0, count, _BLOCK):
            block = slice(low, low + _BLOCK)
            some = self.draw({k: v[block] for k, v in values.items()})[0]
            if frames is None:
                frames = np.empty((count, *some.shape[1:]), np.uint8)
            frames[block] = some
        groups = self.grouped(values)
        return frames, groups["content"], groups["pose"]

    @property
    def _per_frame(self) -> list[Factor]:
        return [factor for factor in self.factors if factor.per_frame]

    def _checked(
        self, factor: Factor, given: Mapping[str, np.ndarray]
    ) -> np.ndarray:
        """Returns the values of a factor, checked to be within its range."""
        group, name, size = factor.group, factor.name, factor.size
        if name not in given:
            needed = [f.name for f in self.factors if f.group == group]
            raise ValueError(
                f"{group} lacks {name!r}: it has {sorted(given)} and needs "
                f"{sorted(needed)}."
            )
        values = np.asarray(given[name])
        if not size:
            return values
        # Reducing a single number would take much longer.
        low = values.min() if values.ndim else given[name]
        high = values.max() if values.ndim else given[name]
        if low < 0 or high >= size:
            raise ValueError(
                f"{group} {name!r} must be from 0 to {size - 1}, got {low} to "
                f"{high}."
            )
        return values


def example_rng(seed: int, stream: str, index: int) -> np.random.Generator:
    """The random generator of one example, independent of other examples.

    Args:
        seed: Seed of the configuration.
        stream: `train`, `validation`, `test`, or `static` for single frames.
        index: Index of the example in that stream.

    Returns:
        A generator that depends only on these arguments.
    """
    return np.random.default_rng([seed, _STREAMS[stream], index])
