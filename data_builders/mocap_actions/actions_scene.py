"""The scene of mocap actions."""

import dataclasses

import numpy as np
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.mocap_actions import figure
from mipae_tf.data_builders.mocap_actions import people
from mipae_tf.data_builders.mocap_actions.actions_config import ActionsConfig
from mipae_tf.data_builders.mocap_actions.motion import JOINTS
from mipae_tf.data_builders.mocap_actions.motion import Motion
from mipae_tf.data_builders.mocap_actions.motion import angle_z
from mipae_tf.data_builders.mocap_actions.motion import turned_z
from mipae_tf.data_builders.mocap_actions.package_files import PackageFiles
from mipae_tf.data_builders.mocap_actions.package_files import read_package
from mipae_tf.data_builders.worlds.scene import Scene
from mipae_tf.data_builders.worlds.scene import Values

BENT = tuple(
    f"{side}_{joint}"
    for joint in ("hip", "knee", "shoulder", "elbow")
    for side in ("right", "left")
)
_BENT_JOINTS = [JOINTS.index(name) for name in BENT]
_WALL = (40, 90, 140, 190)  # grey value of the background
_METRES = 2.4  # side of the frame at zoom 1
_ZOOM = (0.8, 1.0)
_ELEVATION = (0.0, 0.5)  # radians
_MARGIN = 1  # pixels between a person and the edge of the frame
_TURN = 2 * np.pi


@dataclasses.dataclass
class ActionsScene(Scene):
    """One person in front of a plain wall.

    The files of pybullet are read when they are first needed.

    Attributes:
        config: The configuration.
    """

    config: ActionsConfig
    objects = 1
    has_boxes = True

    def __post_init__(self):
        kinds = {"shirt": "class", "trousers": "class"}
        actions = self.config.actions
        self.factors = (
            *(
                Factor(name, kinds.get(name, "scalar"), False, size, object=0)
                for name, size in people.SIZES.items()
            ),
            Factor("background", "scalar", False, size=len(_WALL)),
            Factor("camera_yaw", "angle", False),
            Factor("camera_elevation", "scalar", False),
            Factor("zoom", "scalar", False),
            Factor("action", "class", True, size=len(actions), object=0),
            Factor("phase", "angle", True, object=0),
            *(Factor(name, "scalar", True, object=0) for name in BENT),
            Factor("root_x", "position", True, object=0, axis="x"),
            Factor("root_y", "position", True, object=0, axis="y"),
        )
        clothes = tuple(people.CLOTHES)
        self.labels = {"shirt": clothes, "trousers": clothes, "action": actions}

    @property
    def files(self) -> PackageFiles:
        """The skeleton and the motions.

        Raises:
            ValueError: If pybullet is missing or one of its files is damaged.
        """
        return read_package()

    def check(self) -> None:
        """Checks that the files can be read and are long enough.

        Raises:
            ValueError: If they are not.
        """
        config, needed = self.config, self._seconds()[-1]
        for action in config.actions:
            motion = self.files.motions[action]
            if not motion.loops and motion.duration < needed:
                raise ValueError(
                    f"num_frames {config.num_frames} at frames_per_second "
                    f"{config.frames_per_second} take {needed:.2f} s, but "
                    f"{action} lasts {motion.duration:.2f} s and does not "
                    "repeat; use fewer frames, more frames_per_second, or "
                    f"actions without {action}."
                )

    def _seconds(self) -> np.ndarray:
        return np.arange(self.config.num_frames) / self.config.frames_per_second

    def sample(self, split: str, rng: np.random.Generator) -> Values:
        """Draws the factors of one clip; see `Scene.sample`."""
        content = people.draw_person(split, rng) | {
            "background": rng.integers(len(_WALL)),
            "camera_yaw": np.float32(rng.uniform(0, _TURN)),
            "camera_elevation": np.float32(rng.uniform(*_ELEVATION)),
            "zoom": np.float32(rng.uniform(*_ZOOM)),
        }
        action = rng.integers(len(self.config.actions))
        motion = self.files.motions[self.config.actions[action]]
        seconds = self._seconds()
        start = motion.duration
        if not motion.loops:
            start -= seconds[-1]
        seconds = seconds + rng.uniform(0, start)  # [time]
        rotations = motion.pose(seconds % motion.duration)
        bent = angle_z(rotations[:, _BENT_JOINTS]).T  # [bent, time]
        pose = {
            "action": np.full(len(seconds), action),
            "phase": seconds / motion.duration % 1 * _TURN,
            **dict(zip(BENT, bent)),
        }
        root = self._root(motion, seconds, rotations, content, rng)
        pose |= {"root_x": root[:, 0], "root_y": root[:, 1]}
        return content | {
            # Rounded as they are stored, so that stored values draw the clip.
            name: value.astype(np.float32 if name != "action" else np.int32)
            for name, value in pose.items()
        }

    def _root(
        self,
        motion: Motion,
        seconds: np.ndarray,
        rotations: np.ndarray,
        content: Values,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Column and row of the root, `[time, 2]`: a path within the frame.

        The camera stands still if the whole path fits in the frame; otherwise
        it moves along with the person, at their mean speed.
        """
        content = {k: np.repeat(v, len(seconds)) for k, v in content.items()}
        low, high = figure.outline(
            self._places(rotations, content),
            np.array(people.GIRTH)[content["girth"]],
            self.files.skeleton.points,
        )
        path = motion.path(seconds) - motion.path(seconds[:1])  # [time, 3]
        drift = np.linspace(0, 1, len(path))[:, None] * path[-1] * [1, 0, 1]
        last, at = self.config.frame_size - 1 - _MARGIN, rng.random(2)
        scale = self._scale(content)[:, None]
        for world in (path, path - drift):
            root = figure.look(
                world[:, None],
                content["camera_yaw"],
                content["camera_elevation"],
            )[:, 0, :2]
            first = _MARGIN - ((root + low) * scale).min(0)  # column, row
            room = last - ((root + high) * scale).max(0) - first
            if (room >= 0).all():
                break
        return root * scale + first + at * np.maximum(room, 0)

    def _scale(self, values: Values) -> np.ndarray:
        """Pixels per metre, `[frames]`."""
        return values["zoom"] * (self.config.frame_size / _METRES)

    def _places(self, rotations: np.ndarray, values: Values) -> np.ndarray:
        """Points of the body in the axes of the camera, from the root."""
        legs = np.array(people.LEGS)[values["legs"]]
        places = self.files.skeleton.place(rotations, legs)
        return figure.look(
            places, values["camera_yaw"], values["camera_elevation"]
        )

    def draw(self, values: Values) -> tuple[np.ndarray, np.ndarray]:
        """Draws frames and masks; see `Scene.draw`."""
        size, wall = self.config.frame_size, np.array(_WALL, np.uint8)
        wall = wall[values["background"]]
        frames = np.empty((len(wall), size, size, 3), np.uint8)
        frames[:] = wall[:, None, None, None]
        masks = figure.draw(
            self._places(self._rotations(values), values),
            np.array(people.GIRTH)[values["girth"]],
            people.paints(values),
            np.stack([values["root_x"], values["root_y"]], -1),
            self._scale(values),
            self.files.skeleton.points,
            frames,
        )
        return frames, masks

    def _rotations(self, values: Values) -> np.ndarray:
        """The recorded pose, with joints bent as the factors say."""
        rotations = np.empty((len(values["action"]), len(JOINTS), 4))
        share = values["phase"] / _TURN % 1
        for action in np.unique(values["action"]):
            motion = self.files.motions[self.config.actions[action]]
            chosen = values["action"] == action
            seconds = share[chosen] * motion.duration
            rotations[chosen] = motion.pose(seconds)
        bent = np.stack([values[name] for name in BENT], -1)  # [frames, bent]
        recorded = rotations[:, _BENT_JOINTS]
        rotations[:, _BENT_JOINTS] = turned_z(
            recorded, bent - angle_z(recorded)
        )
        return rotations
