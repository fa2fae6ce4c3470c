"""The tfds builder of mocap actions."""

import tensorflow_datasets as tfds
from mipae_tf.data_builders.mocap_actions.actions_config import ActionsConfig
from mipae_tf.data_builders.mocap_actions.actions_scene import ActionsScene
from mipae_tf.data_builders.worlds.clip_builder import ClipBuilder


class Builder(ClipBuilder):
    """Clips of a person who walks, dances, jumps..., from motion capture."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    BUILDER_CONFIGS = [
        ActionsConfig("people", description="15 actions, 64 x 64 pixels."),
        ActionsConfig(
            "people_128",
            description="15 actions, 128 x 128 pixels.",
            frame_size=128,
        ),
        ActionsConfig(
            "people_small",
            description="A fifth of people.",
            train_clips=2_000,
            validation_clips=200,
            test_clips=200,
        ),
    ]

    def scene(self) -> ActionsScene:
        """The scene; it reads the installed pybullet when it draws."""
        return ActionsScene(self.builder_config)

    def _info(self) -> tfds.core.DatasetInfo:
        return self._clip_info(self.scene())

    def _prepare(
        self, dl_manager: tfds.download.DownloadManager
    ) -> ActionsScene:
        scene = self.scene()
        scene.check()
        return scene
