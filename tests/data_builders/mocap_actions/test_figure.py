import numpy as np
import pytest
from mipae_tf.data_builders.mocap_actions import figure


def _capsules(start, end, radius, colour, near, size=32):
    """Draws `[parts]` capsules on one grey frame."""
    start = np.column_stack([start, near])  # [parts, 3]
    end = np.column_stack([end, near])
    frames = np.full((1, size, size, 3), 100, np.uint8)
    masks = figure.capsules(
        *(np.array([a], float) for a in (start, end, radius, colour)),
        frames,
    )
    return frames[0], masks[0, ..., 0]


@pytest.mark.parametrize("end", [(20, 20), (10, 20), (20, 12), (10.4, 9.7)])
def test_a_capsule_has_its_place_and_its_area(end):
    start, radius = np.array([10, 9.5]), 3
    frame, mask = _capsules([start], [end], [radius], [(200, 0, 0)], [0])
    # The colour has no green, so that the green of the background is missing.
    cover = 1 - frame[..., 1] / 100
    length = np.linalg.norm(start - end)
    area = 2 * radius * length + np.pi * radius**2
    assert cover.sum() == pytest.approx(area, rel=0.02)
    rows, columns = np.indices(cover.shape)
    middle = (start + end) / 2
    assert (columns * cover).sum() / area == pytest.approx(middle[0], rel=0.02)
    assert (rows * cover).sum() / area == pytest.approx(middle[1], rel=0.02)
    assert mask[cover > 0.51].all() and not mask[cover < 0.49].any()
    assert (frame[[0, -1]] == 100).all()


def test_the_nearest_capsule_is_in_front():
    colours = [(200, 0, 0), (0, 200, 0)]
    for near, seen in (((0, 1), 1), ((1, 0), 0)):
        frame, _ = _capsules([(9, 9)] * 2, [(20, 9)] * 2, [3, 3], colours, near)
        assert frame[9, 15].tolist() == list(colours[seen])


def test_what_is_outside_the_frame_is_not_drawn():
    for x, y in ((-30, 9), (9, 70), (1e6, -1e6)):
        frame, mask = _capsules([(x, y)], [(x, y)], [5], [(9, 9, 9)], [0])
        assert not mask.any() and (frame == 100).all()
    _, mask = _capsules([(-2, 9)], [(-2, 9)], [5], [(9, 9, 9)], [0])
    rows, columns = np.nonzero(mask)
    assert columns.max() == 3 and rows.min() == 5 and rows.max() == 13


def test_balls_that_overlap_divide_at_their_intersection():
    colours = [(200, 0, 0), (0, 200, 0)]
    frame, _ = _capsules(
        [(12, 15), (18, 15)], [(12, 15), (18, 15)], [6, 6], colours, [0, 0]
    )
    assert frame[15, 13, 0] > 100 > frame[15, 13, 1]
    assert frame[15, 17, 1] > 100 > frame[15, 17, 0]


def test_the_camera():
    forward, up, right = np.eye(3)  # of a person who faces along x
    places = np.array([[forward, up, right]] * 3)
    yaw, elevation = np.array([0, np.pi / 2, 0]), np.array([0, 0, np.pi / 2])
    seen = figure.look(places, yaw, elevation).round(9) + 0
    # To the right, down, near; from the side, from the front, from above.
    assert seen[0].tolist() == [[1, 0, 0], [0, -1, 0], [0, 0, 1]]
    assert seen[1].tolist() == [[0, 0, 1], [0, -1, 0], [-1, 0, 0]]
    assert seen[2].tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_a_camera_above_sees_what_is_nearer_lower_in_the_frame():
    yaw, elevation = np.array([0.0, np.pi / 2, 4.0]), np.full(3, 0.4)
    seen = figure.look(np.eye(3)[None].repeat(3, 0), yaw, elevation)
    for turned in seen:  # a rotation keeps lengths and angles
        np.testing.assert_allclose(turned @ turned.T, np.eye(3), atol=1e-12)
    forward = seen[1, 0]  # towards this camera
    np.testing.assert_allclose(
        forward, [0, np.sin(0.4), np.cos(0.4)], atol=1e-9
    )
