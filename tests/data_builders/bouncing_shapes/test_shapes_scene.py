"""Every factor is recovered from the pixels, without the code that draws."""

import colorsys
import pickle

import numpy as np
import pytest
from mipae_tf.data_builders.bouncing_shapes.outlines import SHAPES
from mipae_tf.data_builders.bouncing_shapes.shapes_config import ShapesConfig
from mipae_tf.data_builders.bouncing_shapes.shapes_scene import ShapesScene

AREAS = {"disc": np.pi, "square": 2, "bar": 1.6, "triangle": 0.75}
TURN = 2 * np.pi


def scene(**fields) -> ShapesScene:
    return ShapesScene(ShapesConfig("test", **{"num_frames": 6} | fields))


def moments(light):
    """Area, centroid and points z around it, from the light of pixels."""
    row, column = np.mgrid[: len(light), : len(light)] + 0.5
    area = light.sum()
    x, y = (light * column).sum() / area, (light * row).sum() / area
    return area, x, y, (column - x) + 1j * (row - y)


def close_angles(found, true, period, tolerance):
    gap = (found - true + period / 2) % period - period / 2
    return abs(gap) < tolerance


@pytest.mark.parametrize("shape", SHAPES)
def test_position_size_and_angle_are_those_of_the_pixels(shape):
    world = scene(objects=1, shapes=(shape,), colour=False, max_spin=0.5)
    for index in range(6):
        clip = world.clip("train", index)[1]
        content, pose = clip["content"], clip["pose"]
        level = 0.55 + 0.45 * content["brightness_0"]
        for t, light in enumerate(clip["video"][..., 0] / 255 / level):
            area, x, y, z = moments(light)
            assert abs(x - pose["x_0"][t]) < 0.1
            assert abs(y - pose["y_0"][t]) < 0.1
            size = np.sqrt(area / AREAS[shape])
            assert abs(size / content["size_0"] - 1) < 0.05
            angle = pose["angle_0"][t]
            if shape == "square":
                fourth = np.angle((light * z**4).sum())
                assert close_angles(fourth - np.pi, 4 * angle, TURN, 0.3)
            elif shape != "disc":
                second = np.angle((light * z**2).sum())
                assert close_angles(second, 2 * angle, TURN, 0.2)
            if shape == "triangle":  # the tip is far from the centroid
                along = (z * np.exp(-1j * angle)).real
                assert (light * along**3).sum() > 0


@pytest.mark.parametrize("change", [0.0, 0.1])
def test_hues_are_those_of_the_pixels(change):
    world = scene(colour_change=change, objects=3)
    for index in range(5):
        clip = world.clip("train", index)[1]
        hues = clip["pose" if change else "content"]
        for n in range(3):
            hue = np.broadcast_to(hues[f"hue_{n}"], 6)
            low, high = (n + 0.25) / 3 * TURN, (n + 0.75) / 3 * TURN
            assert hue.min() >= low - 1e-5 and hue.max() <= high + 1e-5
            assert (np.ptp(hue) > 0) == bool(change)
            steps = np.abs(np.diff(hue)).round(3)
            assert steps.max() <= change * TURN
            for t in range(6):
                pixels = clip["video"][t][clip["masks"][t, ..., n] > 0]
                if len(pixels) < 20:
                    continue
                common, counts = np.unique(pixels, axis=0, return_counts=True)
                seen = colorsys.rgb_to_hsv(*common[counts.argmax()] / 255)
                assert abs(seen[0] * TURN - hue[t]) < 0.01


def test_without_own_colours_hues_go_round():
    world = scene(own_colours=False, colour_change=0.3, num_frames=30)
    hues = [world.clip("train", i)[1]["pose"]["hue_1"] for i in range(20)]
    assert np.ptp(hues) > 6 and np.min(hues) >= 0 and np.max(hues) < TURN
    turned = np.diff(hues) % TURN
    assert np.ptp(np.minimum(turned, TURN - turned), axis=1).max() < 1e-4


def alone(values, n):
    """The mask of object n, drawn on its own."""
    own = {
        f"{name}_0": values[f"{name}_{n}"]
        for name in ("shape", "size", "x", "y", "angle", "hue")
    }
    one = scene(objects=1)
    frames = len(values["x_0"])
    own = {k: np.broadcast_to(v, frames) for k, v in own.items()}
    return one.draw(own)[1][..., 0]


def test_masks_follow_the_depth_order():
    world = scene(objects=8)
    hidden = 0
    for index in range(4):
        clip = world.clip("train", index)[1]
        values = clip["content"] | clip["pose"]
        whole = [alone(values, n) for n in range(8)]
        depth = [values[f"depth_{n}"] for n in range(8)]
        assert sorted(depth) == list(range(8))
        for n in range(8):
            visible = whole[n].copy()
            for m in range(8):
                if depth[m] < depth[n]:
                    visible[whole[m] > 0] = 0
            np.testing.assert_array_equal(visible, clip["masks"][..., n])
            hidden += (whole[n] > visible).sum()
    assert hidden > 100


def test_a_pixel_shows_the_object_of_its_mask():
    clip = scene(objects=8).clip("train", 0)[1]
    found = 0
    for n in range(8):
        mask, video = clip["masks"][..., n] > 0, clip["video"]
        hue = clip["content"][f"hue_{n}"] / TURN
        colour = np.array(colorsys.hsv_to_rgb(hue, 1, 1)) * 255
        same = (np.abs(video - colour) < 2).all(-1)
        found += (same & mask).sum()
        # Other objects have other colours.
        assert not (same & ~mask).sum(axis=(1, 2)).max() > 3
        assert (same & mask).sum() > 0.5 * mask.sum()
    assert found > 1000


def test_boxes_are_around_the_visible_pixels():
    clip = scene(objects=8).clip("train", 1)[1]
    for t in range(6):
        for n in range(8):
            row, column = np.nonzero(clip["masks"][t, ..., n])
            box = [0] * 4
            if len(row):
                box = [row.min(), column.min(), row.max() + 1, column.max() + 1]
            np.testing.assert_allclose(clip["boxes"][t, n], np.array(box) / 64)


def test_absent_objects_have_no_pixels_and_zero_factors():
    world = scene(objects=4, min_objects=1, num_frames=2)
    counts = set()
    for index in range(24):
        clip = world.clip("train", index)[1]
        count = clip["content"]["count"]
        counts.add(int(count))
        seen = clip["masks"].any(axis=(0, 1, 2))
        assert not seen[count:].any()
        values = clip["content"] | clip["pose"]
        depth = [values[f"depth_{n}"] for n in range(count)]
        assert sorted(depth) == list(range(count))
        for n in range(count, 4):
            for name in ("shape", "size", "x", "y", "hue", "depth"):
                assert not np.any(values[f"{name}_{n}"])
    assert counts == {1, 2, 3, 4}


def test_fewer_objects_may_be_drawn():
    world = scene(objects=3, min_objects=1)
    clip = next(
        clip
        for clip in (world.clip("train", index)[1] for index in range(20))
        if clip["content"]["count"] == 3
    )
    content = clip["content"] | {"count": 1}
    video, masks = world.render(content, clip["pose"])
    assert masks[..., 0].any() and not masks[..., 1:].any()
    one = {k: v for k, v in (content | clip["pose"]).items() if "_0" in k}
    one["depth_0"] = 0
    alone, _ = scene(objects=1).render(one, one)
    np.testing.assert_array_equal(video, alone)


@pytest.mark.parametrize("kind", ["gradient", "noise"])
def test_backgrounds_are_told_apart_by_their_number(kind):
    world = scene(background=kind, backgrounds=3, objects=1)
    seen = {}
    for index in range(12):
        clip = world.clip("train", index)[1]
        number = int(clip["content"]["background"])
        mask = clip["masks"].any(axis=(0, -1))
        for _ in range(2):  # edges are mixed
            mask = mask | np.roll(mask, 1, 0) | np.roll(mask, -1, 0)
            mask = mask | np.roll(mask, 1, 1) | np.roll(mask, -1, 1)
        free = clip["video"][:, ~mask]
        assert (free == free[0]).all() and free.max() <= 102
        image = seen.setdefault(number, np.full((64, 64, 3), -1))
        known = (image >= 0).all(-1) & ~mask
        np.testing.assert_array_equal(image[known], clip["video"][0][known])
        image[~mask] = free[0]
    assert set(seen) == {0, 1, 2}
    assert np.abs(seen[0] - seen[1]).mean() > 5
    values = {factor.name: np.zeros(2) for factor in world.factors}
    frames = world.draw(values | {"background": np.array([2, 1])})[0]
    for number, frame in zip((2, 1), frames):
        known = (seen[number] >= 0).all(-1)
        known[:3, :3] = False  # the object
        np.testing.assert_array_equal(frame[known], seen[number][known])


def test_a_clip_depends_only_on_seed_split_and_index():
    fields = {"collisions": True, "max_spin": 0.2, "max_size": 8.0}
    fields |= {"objects": 4, "num_frames": 20}
    world, again = scene(**fields), pickle.loads(pickle.dumps(scene(**fields)))
    for index in (0, 1):
        again.clip("train", index)
    (key, clip), (other_key, other) = (
        s.clip("test", 7) for s in (world, again)
    )
    assert key == other_key
    for stream in ("video", "masks", "boxes"):
        np.testing.assert_array_equal(clip[stream], other[stream])
    assert clip["pose"].keys() == other["pose"].keys()
    for name, values in clip["pose"].items():
        np.testing.assert_array_equal(values, other["pose"][name])
    moved = scene(**fields, seed=1).clip("test", 7)[1]
    assert (moved["video"] != clip["video"]).any()


def test_factors_exist_only_where_they_can_be_seen():
    def names(**fields):
        return {f.name: f for f in scene(**fields).factors}

    plain = names()
    assert set(plain) == {
        *(f"{k}_{n}" for k in ("shape", "size", "depth") for n in (0, 1)),
        *(f"{k}_{n}" for k in ("angle", "hue", "x", "y") for n in (0, 1)),
        "clip_seed",
    }
    assert not plain["angle_0"].per_frame and not plain["hue_0"].per_frame
    moving = names(max_spin=0.1, colour_change=0.1, collisions=True)
    assert moving["angle_0"].per_frame and moving["hue_0"].per_frame
    assert "mass_1" in moving and "depth_0" not in moving
    assert "depth_0" not in names(objects=1)
    assert "brightness_0" in names(colour=False)


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"objects": 9}, "objects is 9 but must be one of 1, 2"),
        ({"min_objects": 3}, "min_objects is 3 but must be one of 1, 2"),
        ({"pushed": 3}, "pushed is 3 but must be one of 0, 1, 2"),
        ({"shapes": ["cube"]}, r"shapes is \['cube'\] but must be .*disc"),
        ({"shapes": []}, r"shapes is \[\] but must be"),
        ({"background": "sky"}, "background is 'sky' but must be one of"),
        ({"max_size": 17}, "max_size is 17 but must be .* at most 16"),
        ({"min_size": 11}, "min_size is 11 but must be .* at most 10"),
        ({"min_speed": 5.0}, "min_speed is 5.0 but must be .* at most 3"),
        ({"max_speed": "fast"}, "max_speed is 'fast' but must be a number"),
        ({"gravity": -1}, "gravity is -1 but must be a number of at least 0"),
        ({"elasticity": 1.5}, "elasticity is 1.5 but must be .* at most 1"),
        ({"time_jitter": 1}, "time_jitter is 1 but must be .* at most 0.9"),
        ({"max_mass": 0.5}, "max_mass is 0.5 but must be .* at least 1"),
        ({"bounce": "clamp"}, "bounce is 'clamp' but must be one of"),
        ({"bounce": "redraw", "gravity": 1}, "bounce is 'redraw' but must be"),
        ({"collisions": "yes"}, "collisions is 'yes' but must be one of"),
        (
            {"collisions": True, "objects": 8},
            "max_size is 10.0 but must be .* at most 6",
        ),
    ],
)
def test_invalid_fields_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        scene(**fields)
