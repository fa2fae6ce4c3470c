import numpy as np
import pytest
from mipae_tf.data_builders.worlds import compose


def _two_overlapping() -> np.ndarray:
    layers = np.zeros((2, 2, 4, 4), np.uint8)
    layers[0, :, :3, :3] = 200
    layers[1, :, 1:, 1:] = 100
    return layers


def test_paste_puts_row_and_column_in_place():
    patches = np.arange(1, 13, dtype=np.uint8).reshape(2, 2, 3)
    frames = compose.paste(patches, np.array([0, 3]), np.array([1, 2]), 5)
    np.testing.assert_array_equal(frames[0, :2, 1:4], patches[0])
    np.testing.assert_array_equal(frames[1, 3:, 2:], patches[1])
    assert frames.sum() == patches.sum()


def test_the_front_object_occludes_the_other():
    layers = _two_overlapping()
    masks = compose.visible(layers, np.array([0, 1]))
    # 9 pixels each, 4 of them shared.
    # [objects, frames]
    np.testing.assert_array_equal(masks.sum((2, 3)), [[9, 5], [5, 9]])
    assert (masks.sum(0) <= 1).all()
    frames = compose.in_planes(layers, masks)
    assert frames.shape == (2, 4, 4, 3)
    np.testing.assert_array_equal(frames[:, 2, 2], [[200, 0, 0], [0, 100, 0]])
    assert not frames[..., 2].any()


def test_without_a_front_all_is_visible_and_the_sum_is_clipped():
    layers = _two_overlapping()
    masks = compose.visible(layers, None)
    np.testing.assert_array_equal(masks.sum((2, 3)), [[9, 9], [9, 9]])
    frames = compose.in_grey(layers)
    assert frames.shape == (2, 4, 4, 1)
    assert frames[0, 0, 0] == 200
    assert frames[0, 3, 3] == 100
    assert frames[0, 1, 1] == 255


def test_boxes_enclose_the_masks():
    masks = np.zeros((2, 4, 8, 2), np.uint8)
    masks[0, 1:3, 2:7, 0] = 1
    masks[1, 3, 0, 1] = 1
    boxes = compose.boxes_of(masks)
    assert boxes.dtype == np.float32
    np.testing.assert_array_equal(boxes[0, 0], [0.25, 0.25, 0.75, 0.875])
    np.testing.assert_array_equal(boxes[1, 1], [0.75, 0, 1, 0.125])
    assert not boxes[0, 1].any() and not boxes[1, 0].any()


@pytest.mark.parametrize("objects", [1, 3, 8, 9])
def test_boxes_of_any_number_of_objects(objects):
    rng = np.random.default_rng(objects)
    masks = (rng.random((3, 6, 5, objects)) < 0.1).astype(np.uint8)
    boxes = compose.boxes_of(masks)
    assert boxes.shape == (3, objects, 4)
    for frame, n in np.ndindex(3, objects):
        rows, columns = np.nonzero(masks[frame, :, :, n])
        true = np.zeros(4)
        if len(rows):
            true = [rows.min() / 6, columns.min() / 5]
            true += [(rows.max() + 1) / 6, (columns.max() + 1) / 5]
        np.testing.assert_allclose(boxes[frame, n], true, rtol=1e-6)
