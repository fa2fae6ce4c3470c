import numpy as np
import pytest

from mipae_tf.visual.boxes import COLOURS
from mipae_tf.visual.boxes import draw_boxes


def test_a_box_just_holds_the_object():
    frames = np.zeros((2, 5, 6, 1), np.uint8)
    masks = np.zeros((2, 5, 6, 2), bool)
    masks[0, 1:4, 2:5, 1] = True
    pictures = draw_boxes(frames, masks, scale=2)
    assert pictures.shape == (2, 10, 12, 3)
    coloured = (pictures == COLOURS[1]).all(axis=-1)
    expected = np.zeros((10, 12), bool)
    expected[2:8, 4:10] = True
    expected[3:7, 5:9] = False
    np.testing.assert_array_equal(coloured[0], expected)
    assert not pictures[1].any()  # nothing is found in the second frame
    assert not pictures[0][~expected].any()


def test_masks_of_other_frames_are_refused():
    with pytest.raises(ValueError, match="masks must be .*, got .1, 4, 4, 2."):
        draw_boxes(
            np.zeros((1, 5, 5, 3), np.uint8), np.zeros((1, 4, 4, 2), bool)
        )
