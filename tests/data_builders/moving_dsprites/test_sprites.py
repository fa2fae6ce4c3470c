import numpy as np
import pytest
from mipae_tf.data_builders.moving_dsprites import sprites

_SUBSETS = (
    "dsprites_grid_co1sh3sc6or10x16y16_64x64.npz",
    "dsprites_random20000_64x64.npz",
)


def _draw(*factors) -> np.ndarray:
    return sprites.DrawnSprites().draw(*np.atleast_2d(factors).T)


def test_every_extreme_fits_in_the_frame():
    corners = np.array(
        [
            (shape, 5, orientation, x, y)
            for shape in range(3)
            for orientation in range(40)
            for x in (0, 31)
            for y in (0, 31)
        ]
    )
    frames = sprites.DrawnSprites().draw(*corners.T)
    assert set(np.unique(frames)) == {0, 255}
    assert not frames[:, [0, -1]].any()
    assert not frames[:, :, [0, -1]].any()


@pytest.mark.parametrize("shape", range(3))
def test_a_full_rotation_has_no_effect(shape):
    first, last = _draw(shape, 3, 0, 7, 9), _draw(shape, 3, 39, 7, 9)
    np.testing.assert_array_equal(first, last)


def test_x_goes_right_and_y_goes_down():
    rows, columns = np.nonzero(_draw(0, 0, 0, 31, 0)[0])
    assert abs(columns.mean() - 47.5) < 0.5
    assert abs(rows.mean() - 15.5) < 0.5


def test_heart_points_down_at_orientation_0():
    widths = (_draw(2, 5, 0, 16, 16)[0] > 0).sum(1)
    widths = widths[widths > 0]
    assert widths[-1] < 5 < widths[2]
    assert widths.argmax() < len(widths) / 2


def test_drawing_does_not_depend_on_other_frames():
    rng = np.random.default_rng(0)
    factors = rng.integers(sprites.SIZES, size=(200, 5))
    together = sprites.DrawnSprites().draw(*factors.T)
    for index in (0, 77, 199):
        alone = _draw(*factors[index])[0]
        np.testing.assert_array_equal(together[index], alone)


def test_drawing_matches_the_published_images(real_data):
    subsets = [np.load(real_data / "dsprites" / name) for name in _SUBSETS]
    real = np.concatenate([subset["imgs"] for subset in subsets]) > 0
    factors = np.concatenate(
        [subset["original_latents_classes"] for subset in subsets]
    )[:, 1:]
    assert len(real) == 66_080
    drawn = sprites.DrawnSprites().draw(*factors.T) > 0
    for index, shape in enumerate(sprites.SHAPES):
        chosen = factors[:, 0] == index
        a, b = drawn[chosen], real[chosen]
        agree = (a == b).mean()
        overlap = ((a & b).sum((1, 2)) / (a | b).sum((1, 2))).mean()
        print(f"{shape}: pixels {agree:.6f}, intersection {overlap:.4f}")
        assert agree >= 0.9999
        assert overlap >= 0.998
