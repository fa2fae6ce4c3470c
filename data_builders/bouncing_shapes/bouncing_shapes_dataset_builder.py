"""The tfds builder of bouncing shapes."""

import dataclasses

import numpy as np
import tensorflow_datasets as tfds
from mipae_tf.data_builders.bouncing_shapes import physics
from mipae_tf.data_builders.bouncing_shapes.shapes_config import ShapesConfig
from mipae_tf.data_builders.bouncing_shapes.shapes_scene import ShapesScene
from mipae_tf.data_builders.worlds.clip_builder import ClipBuilder

_SMALL = {"train_clips": 2_000, "validation_clips": 200, "test_clips": 200}
_CONFIGS = (
    ShapesConfig(
        "two_shapes", description="Two shapes that pass behind each other."
    ),
    ShapesConfig(
        "rotating",
        description="Two shapes that rotate and change their colour, before a "
        "gradient.",
        max_spin=0.3,
        colour_change=0.03,
        background="gradient",
    ),
    ShapesConfig(
        "occluded_eight",
        description="Eight shapes that occlude each other, before noise.",
        objects=8,
        background="noise",
    ),
    ShapesConfig(
        "one_to_eight",
        description="One to eight shapes.",
        objects=8,
        min_objects=1,
    ),
    ShapesConfig(
        "stochastic",
        description="Two shapes that leave walls in random directions.",
        bounce="redraw",
    ),
    ShapesConfig(
        "collisions",
        description="Four discs of different masses that collide.",
        objects=4,
        shapes=("disc",),
        max_size=8.0,
        min_speed=2.0,
        max_speed=4.0,
        collisions=True,
    ),
    ShapesConfig(
        "gravity",
        description="Three shapes that fall, collide, slide and rotate.",
        objects=3,
        max_spin=0.2,
        collisions=True,
        elasticity=0.8,
        friction=0.5,
        gravity=0.2,
    ),
    ShapesConfig(
        "irregular",
        description="Two shapes, frames at irregular times.",
        time_jitter=0.75,
    ),
    ShapesConfig(
        "actions",
        description="Two shapes; the first is accelerated by actions.",
        pushed=1,
    ),
)


class Builder(ClipBuilder):
    """Clips of shapes that move, bounce, rotate, collide and occlude."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    BUILDER_CONFIGS = [
        *_CONFIGS,
        *(
            dataclasses.replace(
                config,
                name=f"{config.name}_small",
                description=f"A fifth of {config.name}.",
                **_SMALL,
            )
            for config in _CONFIGS
        ),
    ]

    def factors_at(
        self, clip_seed: int, times: np.ndarray
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """The true factors of a clip at any times, also between frames.

        `render` draws the frames at these times.

        Args:
            clip_seed: The seed of the clip, `instance/clip_seed`.
            times: From 0 to the time of the last frame, `[times]`.

        Returns:
            Content, factor name to a scalar, and pose, factor name to
            `[times]`.

        Raises:
            ValueError: If there is no time, or a time is outside the clip.
        """
        scene = self.scene()
        groups = scene.grouped(scene.values_at(clip_seed, times))
        return groups["content"], groups["pose"]

    def scene(self) -> ShapesScene:
        """The scene of this configuration."""
        return ShapesScene(self.builder_config)

    def _info(self) -> tfds.core.DatasetInfo:
        return self._clip_info(self.scene())

    def _prepare(
        self, dl_manager: tfds.download.DownloadManager
    ) -> ShapesScene:
        if self.builder_config.has_physics:
            physics.library()  # fails before anything is written
        return self.scene()
