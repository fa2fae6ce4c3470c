"""The world of one dataset: its factors, their draw and their drawing."""

import abc
from collections.abc import Mapping

import numpy as np
from mipae_tf.data_builders.worlds.clip_config import ClipConfig
from mipae_tf.data_builders.worlds.factors import GROUPS
from mipae_tf.data_builders.worlds.factors import Factor

FRAME_SIZE = 64
Values = dict[str, np.ndarray]
_STREAMS = {"train": 0, "validation": 1, "test": 2, "static": 3}
_BLOCK = 1000  # frames drawn at a time; bounds the memory beside the result


class Scene(abc.ABC):
    """Draws factors by chance and frames from factors.

    A scene holds a configuration and where its pixels come from, nothing that
    cannot be pickled, so Beam may ship it to workers.

    Attributes:
        config: The configuration.
        factors: What is known of a clip, in the order in which single frames
            draw it. The features and the metadata of the dataset, the checks
            of `render` and the single frames of `sample_static` follow from
            this declaration.
        objects: Number of objects, and so of masks.
        labels: Names of the values of those factors whose values have names.
    """

    config: ClipConfig
    factors: tuple[Factor, ...]
    objects: int
    labels: dict[str, tuple[str, ...]] = {}

    @abc.abstractmethod
    def sample(self, split: str, rng: np.random.Generator) -> Values:
        """Draws the factors of one clip of a split.

        Returns:
            Factor name to values, `[time]` where they are per frame, else a
            scalar.
        """

    @abc.abstractmethod
    def draw(self, values: Values) -> tuple[np.ndarray, np.ndarray]:
        """Draws frames, each from its own factors.

        Args:
            values: Factor name to values, `[frames]`.

        Returns:
            Frames, uint8 `[frames, height, width, channels]`, and masks,
            uint8 0 or 1 `[frames, height, width, objects]`.
        """

    def clip(self, split: str, index: int) -> tuple[str, dict]:
        """Makes example `index` of a split from (seed, split, index) alone.

        Args:
            split: `train`, `validation` or `test`.
            index: Which example.

        Returns:
            A key that no other example of the dataset has, and the example.
        """
        rng = example_rng(self.config.seed, split, index)
        groups = self.grouped(self.sample(split, rng))
        video, masks = self.render(**groups)
        for factor in self._per_frame:
            own = groups[factor.group]
            own[factor.name] = own[factor.name].astype(stored_as(factor))
        if not groups["instance"]:
            del groups["instance"]
        example = {"video": video, "masks": masks, **groups}
        return f"{split}-{index:08d}", example

    def grouped(self, values: Mapping[str, np.ndarray]) -> dict[str, Values]:
        """The values in the dicts `content`, `pose` and `instance`."""
        return {
            group: {
                factor.name: values[factor.name]
                for factor in self.factors
                if factor.group == group
            }
            for group in GROUPS
        }

    def render(
        self,
        content: Mapping[str, np.ndarray],
        pose: Mapping[str, np.ndarray],
        instance: Mapping[str, np.ndarray] | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draws one clip from any combination of factors.

        Args:
            content: Factor name to a scalar.
            pose: Factor name to values, `[time]`, of any length.
            instance: Identifier name to a scalar, where the scene has any.

        Returns:
            The clip, uint8 `[time, height, width, channels]`, and its masks.

        Raises:
            ValueError: A factor is missing or outside its range, or two are
                of different lengths.
        """
        given = dict(zip(GROUPS, (content, pose, instance or {})))
        values = {
            factor.name: self._checked(factor, given[factor.group])
            for factor in self.factors
        }
        lengths = {f.name: len(values[f.name]) for f in self._per_frame}
        if len(set(lengths.values())) > 1:
            raise ValueError(
                f"pose spans different numbers of frames, {lengths}; they "
                "must be equal."
            )
        time = next(iter(lengths.values()), 1)
        for factor in self.factors:
            if not factor.per_frame:
                values[factor.name] = np.repeat(values[factor.name], time)
        return self.draw(values)

    def sample_static(
        self, count: int, seed: int, start: int = 0
    ) -> tuple[np.ndarray, Values, Values]:
        """Single frames with independent, uniform factors.

        Args:
            count: Number of frames.
            seed: Seed of the draw.
            start: Index of the first frame.

        Returns:
            Frames, uint8 `[count, height, width, channels]`; content factors
            and pose factors, name to int32 `[count]`.

        Raises:
            ValueError: A factor without a size.
        """
        for factor in self.factors:
            if factor.size is None:
                raise ValueError(
                    f"Factor {factor.name!r} has no size: single frames "
                    "cannot be drawn uniformly over its values."
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
        """The values of a factor, present and inside its range."""
        group, name, size = factor.group, factor.name, factor.size
        if name not in given:
            needed = [f.name for f in self.factors if f.group == group]
            raise ValueError(
                f"{group} lacks {name!r}: it has {sorted(given)} and needs "
                f"{sorted(needed)}."
            )
        values = np.asarray(given[name])
        if size and (values.min() < 0 or values.max() >= size):
            raise ValueError(
                f"{group} {name!r} spans {values.min()}..{values.max()} but "
                f"must lie in 0..{size - 1}."
            )
        return values


def stored_as(factor: Factor) -> type:
    """The dtype of a factor's values in an example."""
    if factor.kind == "identifier":
        return np.int64
    return np.float32 if factor.size is None else np.int32


def example_rng(seed: int, stream: str, index: int) -> np.random.Generator:
    """The random generator of one example, whatever was made before it.

    Args:
        seed: Seed of the configuration.
        stream: `train`, `validation`, `test`, or `static` for single frames.
        index: Which example of that stream.

    Returns:
        A generator whose draws depend on nothing else.
    """
    return np.random.default_rng([seed, _STREAMS[stream], index])
