"""Motion-capture clips, in the JSON format of DeepMimic."""

import dataclasses
import json

import numpy as np
from etils import epath

# Numbers per joint in a keyframe: a quaternion (w, x, y, z), or the angle of a
# hinge. A keyframe starts with its duration and the position of the root.
_COLUMNS = {
    "root": 4,
    "chest": 4,
    "neck": 4,
    "right_hip": 4,
    "right_knee": 1,
    "right_ankle": 4,
    "right_shoulder": 4,
    "right_elbow": 1,
    "left_hip": 4,
    "left_knee": 1,
    "left_ankle": 4,
    "left_shoulder": 4,
    "left_elbow": 1,
}
JOINTS = tuple(_COLUMNS)
_FIRST = 4  # column of the first joint
_STILL = np.array([0.0, 0.0, 0.0, 1.0])  # the rotation by 0
_WIDTH = _FIRST + sum(_COLUMNS.values())


@dataclasses.dataclass(frozen=True)
class Motion:
    """One recorded action: keyframes that are interpolated.

    Axes are those of the files: y is up, x is forward at the start, z is to the
    right of the person.

    Attributes:
        times: Time of each keyframe in seconds, `[keys]`; the first is 0.
        roots: Position of the root (the pelvis) in metres, `[keys, 3]`.
        rotations: Rotation of each joint relative to its parent, unit
            quaternions (x, y, z, w) `[keys, joints, 4]`, in the order of
            `JOINTS`. Neighbours in time have the same sign.
        loops: Whether the motion repeats.
    """

    times: np.ndarray
    roots: np.ndarray
    rotations: np.ndarray
    loops: bool

    @property
    def duration(self) -> float:
        """Length of the clip, or of one cycle, in seconds."""
        return float(self.times[-1])

    def pose(self, seconds: np.ndarray) -> np.ndarray:
        """Rotations of the joints at times in [0, duration].

        Args:
            seconds: Times, `[frames]`.

        Returns:
            Unit quaternions, `[frames, joints, 4]`.
        """
        before, share = self._between(seconds)
        share = share[:, None, None]
        mixed = (1 - share) * self.rotations[before]
        mixed = mixed + share * self.rotations[before + 1]
        return mixed / np.linalg.norm(mixed, axis=-1, keepdims=True)

    def path(self, seconds: np.ndarray) -> np.ndarray:
        """Positions of the root at any times of a motion that loops.

        Each cycle starts where the one before has ended.

        Args:
            seconds: Times, `[frames]`; in [0, duration] without a loop.

        Returns:
            Metres, `[frames, 3]`.
        """
        cycle = np.zeros(len(seconds))
        if self.loops:
            cycle, seconds = np.divmod(seconds, self.duration)
        before, share = self._between(seconds)
        here, there = self.roots[before], self.roots[before + 1]
        travelled = self.roots[-1] - self.roots[0]
        return (
            here + share[:, None] * (there - here) + cycle[:, None] * travelled
        )

    def _between(self, seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The keyframe before each time, and the share of the next one."""
        before = np.searchsorted(self.times, seconds, side="right") - 1
        before = np.clip(before, 0, len(self.times) - 2)
        step = self.times[before + 1] - self.times[before]
        return before, (seconds - self.times[before]) / step


def read_motion(path: epath.Path) -> Motion:
    """Reads one clip.

    Keyframes at the two ends of a loop differ a little. The difference is
    spread over the cycle, so that the motion repeats without a jump.

    Args:
        path: The file.

    Returns:
        The motion.

    Raises:
        ValueError: If the file cannot be read or is no such clip.
    """
    try:
        content = json.loads(path.read_text())
        frames = np.array(content["Frames"], np.float64)  # [keys, columns]
        loops = {"wrap": True, "none": False}[content["Loop"]]
        if frames.ndim != 2 or frames.shape[1] != _WIDTH or len(frames) < 2:
            raise ValueError(f"its keyframes have the shape {frames.shape}")
        if not np.isfinite(frames).all() or (frames[:-1, 0] <= 0).any():
            raise ValueError("a number is not finite or a duration not above 0")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is not a motion clip of pybullet with {_WIDTH} numbers a "
            f"keyframe ({error}); reinstall pybullet."
        ) from error
    times = np.concatenate([[0], np.cumsum(frames[:-1, 0])])
    roots, rotations = frames[:, 1:_FIRST], _rotations(frames[:, _FIRST:])
    if loops:
        roots, rotations = _closed(times, roots, rotations)
    return Motion(times, roots, rotations, loops)


def _rotations(columns: np.ndarray) -> np.ndarray:
    """The quaternions (x, y, z, w), `[keys, joints, 4]`, of the columns."""
    found, column = [], 0
    for width in _COLUMNS.values():
        values = columns[:, column : column + width]  # [keys, 4 or 1]
        if width == 1:
            values = turned_z(_STILL, values[:, 0])
        else:
            values = np.roll(values, -1, axis=-1)  # w, x, y, z to x, y, z, w
        found.append(values)
        column += width
    rotations = np.stack(found, 1)  # [keys, joints, 4]
    return _one_sign(_unit(rotations))


def _closed(
    times: np.ndarray, roots: np.ndarray, rotations: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The same keyframes, with equal postures and heights at both ends."""
    share = times / times[-1]  # [keys]
    gap = roots[0] - roots[-1]
    roots = roots + share[:, None] * gap * [0, 1, 0]  # it may travel along x, z
    first, last = rotations[0], rotations[-1]  # [joints, 4]
    # A joint that has turned once ends with the opposite sign.
    first = first * np.sign((first * last).sum(-1, keepdims=True))
    gap = share[:, None, None] * (first - last)
    return roots, _unit(rotations + gap)


def turned_z(rotations: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Rotations that start with one about z.

    Args:
        rotations: Unit quaternions, `[..., 4]`.
        angle: Radians, `[...]`.

    Returns:
        The rotation about z followed by the given one, `[..., 4]`.
    """
    x, y, z, w = np.moveaxis(rotations, -1, 0)
    s, c = np.sin(angle / 2), np.cos(angle / 2)
    return np.stack(
        [x * c + y * s, y * c - x * s, z * c + w * s, w * c - z * s], -1
    )


def angle_z(rotations: np.ndarray) -> np.ndarray:
    """The part of rotations that is about z.

    A rotation is one about z, followed by one about an axis perpendicular to z.

    Args:
        rotations: Unit quaternions, `[..., 4]`.

    Returns:
        Radians in [-pi, pi], `[...]`.
    """
    angle = 2 * np.arctan2(rotations[..., 2], rotations[..., 3])
    return (angle + np.pi) % (2 * np.pi) - np.pi


def _unit(rotations: np.ndarray) -> np.ndarray:
    return rotations / np.linalg.norm(rotations, axis=-1, keepdims=True)


def _one_sign(rotations: np.ndarray) -> np.ndarray:
    """Equal rotations with a sign that does not change between keyframes."""
    along = (rotations[1:] * rotations[:-1]).sum(-1)  # [keys - 1, joints]
    flips = np.cumprod(np.where(along < 0, -1, 1), axis=0)
    rotations[1:] *= flips[..., None]
    return rotations
