"""The configuration of mocap actions."""

import dataclasses

from mipae_tf.data_builders.worlds.clip_config import ClipConfig

ACTIONS = (
    "backflip",
    "cartwheel",
    "crawl",
    "dance_a",
    "dance_b",
    "getup_facedown",
    "getup_faceup",
    "jump",
    "kick",
    "punch",
    "roll",
    "run",
    "spin",
    "spinkick",
    "walk",
)


@dataclasses.dataclass(eq=False)
class ActionsConfig(ClipConfig):
    """Which actions are shown; see `ClipConfig` for the other attributes.

    Attributes:
        actions: Names of the actions, some or all of `ACTIONS`; each is equally
            frequent.
        frames_per_second: Frames per second of the recorded motion.
    """

    actions: tuple[str, ...] = ACTIONS
    frames_per_second: int = 15

    def __post_init__(self):
        super().__post_init__()
        self._at_least("frame_size", 32)
        self._at_least("frames_per_second", 1)
        # Colours are factors, and nobody bounces.
        self._one_of("colour", (True,))
        self._one_of("bounce", ("clamp",))
        if isinstance(self.actions, list):  # from JSON
            self.actions = tuple(self.actions)
        named = isinstance(self.actions, tuple) and self.actions
        if (
            not named
            or any(action not in ACTIONS for action in self.actions)
            or len(set(self.actions)) < len(self.actions)
        ):
            raise ValueError(
                f"actions is {self.actions!r} but must be a list of different "
                f"names from {', '.join(ACTIONS)}."
            )
