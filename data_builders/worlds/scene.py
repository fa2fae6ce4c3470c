"""The world of one dataset: its factors, their draw and their drawing."""

import abc
from collections.abc import Mapping

import numpy as np
from mipae_tf.data_builders.worlds.clip_config import ClipConfig

FRAME_SIZE = 64
Factors = dict[str, np.ndarray]
_STREAMS = {"train": 0, "validation": 1, "test": 2, "static": 3}


class Scene(abc.ABC):
    """Draws factors by chance and frames from factors.

    A scene holds a configuration and where its pixels come from, nothing that
    cannot be pickled, so Beam may ship it to workers.

    Attributes:
        config: The configuration.
        content: Number of values of every time-constant factor.
        pose: Number of values of every per-frame factor.
        instance: Names of the identifiers that are no factor.
        objects: Number of objects, and so of masks.
        labels: Names of the values of those factors whose values have names.
    """

    config: ClipConfig
    content: dict[str, int]
    pose: dict[str, int]
    instance = ()
    objects: int
    labels: dict[str, tuple[str, ...]] = {}

    @abc.abstractmethod
    def sample(
        self, split: str, rng: np.random.Generator
    ) -> tuple[Factors, Factors, Factors]:
        """Draws the content, pose and instance of one clip of a split."""

    @abc.abstractmethod
    def draw(
        self, content: Factors, pose: Factors, instance: Factors
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draws frames, each from its own factors.

        Args:
            content: Factor name to values, `[frames]`.
            pose: Factor name to values, `[frames]`.
            instance: Identifier name to values, `[frames]`.

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
        content, pose, instance = self.sample(split, rng)
        video, masks = self.render(content, pose, instance)
        example = {"video": video, "masks": masks}
        example |= {"content": content, "pose": pose}
        if instance:
            example["instance"] = instance
        return f"{split}-{index:08d}", example

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
            ValueError: A factor is missing or outside its range.
        """
        pose = _checked("pose", pose, self.pose)
        time = len(next(iter(pose.values())))
        content = _checked("content", content, self.content)
        identifiers = dict.fromkeys(self.instance)
        instance = _checked("instance", instance or {}, identifiers)
        return self.draw(
            {name: np.repeat(value, time) for name, value in content.items()},
            pose,
            {name: np.repeat(value, time) for name, value in instance.items()},
        )


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


def _checked(
    group: str,
    given: Mapping[str, np.ndarray],
    expected: dict[str, int | None],
) -> Factors:
    """Keeps the expected factors, each present and inside its range."""
    factors = {}
    for name, size in expected.items():
        if name not in given:
            raise ValueError(
                f"{group} lacks {name!r}: it has {sorted(given)} and needs "
                f"{sorted(expected)}."
            )
        values = np.asarray(given[name])
        if size and (values.min() < 0 or values.max() >= size):
            raise ValueError(
                f"{group} {name!r} spans {values.min()}..{values.max()} but "
                f"must lie in 0..{size - 1}."
            )
        factors[name] = values
    return factors
