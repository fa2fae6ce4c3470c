"""The outlines of the shapes, for drawing and for collisions."""

import numpy as np

SHAPES = ("disc", "square", "bar", "triangle")
_R = np.sqrt(0.5)
_LONG, _SHORT = np.sqrt([0.8, 0.2])
# The corners of a polygon of size 1 at the angle 0, relative to its centroid: x
# to the right, y down. No corner is farther away than 1.
_CORNERS = {
    "square": np.array([(_R, _R), (-_R, _R), (-_R, -_R), (_R, -_R)]),
    "bar": np.array(
        [(_LONG, _SHORT), (-_LONG, _SHORT), (-_LONG, -_SHORT), (_LONG, -_SHORT)]
    ),
    # It points along its long axis.
    "triangle": np.array([(1, 0), (-0.5, 0.5), (-0.5, -0.5)]),
}
_MAX_EDGES = 4


def corners(shape: str, size: float) -> np.ndarray | None:
    """The corners of a polygon, `[corners, 2]`; None for a disc."""
    return None if shape == "disc" else size * _CORNERS[shape]


def distances(
    shape: np.ndarray,
    size: np.ndarray,
    angle: np.ndarray,
    right: np.ndarray,
    down: np.ndarray,
) -> np.ndarray:
    """Distances of points to outlines, negative inside.

    Beyond a corner of a polygon, it is the distance to the nearest of the lines
    that meet there, or less.

    Args:
        shape: Indices into `SHAPES`, `[...]`.
        size: Radius of the circle around each, `[...]`.
        angle: Rotation from the x axis to the y axis, `[...]`.
        right: Columns of points relative to each centroid, `[..., width]`.
        down: Rows of points relative to each centroid, `[..., height]`.

    Returns:
        float32 `[..., height, width]`.
    """
    right, down = right.astype(np.float32), down.astype(np.float32)
    found = np.empty((*down.shape, right.shape[-1]), np.float32)
    discs = shape == SHAPES.index("disc")
    squared = (right[discs] ** 2)[:, None] + (down[discs] ** 2)[..., None]
    found[discs] = np.sqrt(squared) - size[discs, None, None]
    found[~discs] = _of_polygons(
        *(array[~discs] for array in (shape, size, angle, right, down))
    )
    return found  # [..., height, width]


def _of_polygons(shape, size, angle, right, down) -> np.ndarray:
    """The same for polygons: `[polygons, height, width]`."""
    normal = _NORMALS[shape] + angle[..., None]  # [polygons, edges]
    across = np.cos(normal)[..., None] * right[..., None, :]
    along = np.sin(normal)[..., None] * down[..., None, :]
    along -= (_OFFSETS[shape] * size[..., None])[..., None]
    # across [polygons, edges, width], along [polygons, edges, height]
    found = across[:, 0, None, :] + along[:, 0, :, None]
    for edge in range(1, _MAX_EDGES):
        other = across[:, edge, None, :] + along[:, edge, :, None]
        np.maximum(found, other, out=found)
    return found


def _edges() -> tuple[np.ndarray, np.ndarray]:
    """Angles of the normals of edges, and distances of the edges.

    Returns:
        Two arrays `[shapes, _MAX_EDGES]`; the last edge of a triangle is
        repeated.
    """
    angles = np.zeros((len(SHAPES), _MAX_EDGES), np.float32)
    offsets = np.zeros((len(SHAPES), _MAX_EDGES), np.float32)
    for index, name in enumerate(SHAPES):
        if name not in _CORNERS:
            continue
        start = _CORNERS[name]
        edge = np.roll(start, -1, 0) - start
        normal = np.stack([edge[:, 1], -edge[:, 0]], -1)  # [edges, 2]
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        places = np.minimum(np.arange(_MAX_EDGES), len(start) - 1)
        angles[index] = np.arctan2(normal[:, 1], normal[:, 0])[places]
        offsets[index] = (normal * start).sum(-1)[places]
    return angles, offsets


_NORMALS, _OFFSETS = _edges()
