"""Paths follow the laws of motion of their configuration."""

import numpy as np
import pytest
from mipae_tf.data_builders.bouncing_shapes.shapes_config import ShapesConfig
from mipae_tf.data_builders.bouncing_shapes.shapes_scene import ShapesScene

CLIPS = 12


def clips(**fields) -> list[tuple[np.ndarray, dict]]:
    """Paths `[time, objects, 2]` and values of some clips."""
    world = ShapesScene(ShapesConfig("test", **fields))
    return [path_of(world, world.values_at(index)) for index in range(CLIPS)]


def path_of(world, values):
    path = [
        np.stack([values[f"x_{n}"], values[f"y_{n}"]], -1)
        for n in range(world.objects)
    ]
    return np.stack(path, 1).astype(float), values


def of_objects(values, name, objects):
    return np.array([values[f"{name}_{n}"] for n in range(objects)])


def test_paths_are_straight_and_reflected():
    bounces = 0
    for path, values in clips(num_frames=30):
        size = of_objects(values, "size", 2)[:, None]
        room = 64 - 2 * size
        first = path[0] - size  # [objects, 2]
        # Of four signs of the velocity, one explains the whole path.
        speed = np.abs(np.diff(path, axis=0)).max(0)
        steps = np.arange(30)[:, None, None]
        errors = []
        for sign in (-1, 1):
            there = (first + sign * speed * steps) % (2 * room)
            there = np.minimum(there, 2 * room - there) + size
            errors.append(np.abs(there - path).max(0))
        assert np.min(errors, 0).max() < 1e-3
        length = np.linalg.norm(speed, axis=-1)
        assert (length > 1 - 1e-3).all() and (length < 3 + 1e-3).all()
        bounces += (np.abs(np.diff(path, 2, axis=0)) > 1e-3).sum()
    assert bounces > 50


def test_random_bounces_keep_the_speed_and_turn_inward():
    fields = {"num_frames": 40, "min_speed": 2.0}
    pairs = zip(clips(**fields), clips(**fields, bounce="redraw"))
    headings = []
    for (plain, _), (path, values) in pairs:
        for n in range(2):
            size = values[f"size_{n}"]
            assert path[:, n].min() >= size - 1e-4
            assert path[:, n].max() <= 64 - size + 1e-4
            step = np.diff(path[:, n], axis=0)  # [time - 1, 2]
            speed = np.linalg.norm(step, axis=-1)
            straight = np.linalg.norm(np.diff(step, axis=0), axis=-1) < 1e-3
            assert np.ptp(speed[1:][straight]) < 1e-3
            turned = np.flatnonzero(~straight)
            assert len(turned)
            first = turned[0]  # both paths agree up to the wall
            np.testing.assert_allclose(
                path[: first + 1, n], plain[: first + 1, n], atol=1e-3
            )
            assert np.abs(path[-5:, n] - plain[-5:, n]).max() > 0.1
            after = [t for t in turned if t + 1 < len(straight)]
            headings += [
                np.arctan2(*step[t + 2]) for t in after if straight[t + 1]
            ]
    counts = np.histogram(headings, 4, (-np.pi, np.pi))[0]
    assert counts.min() > 0.1 * len(headings)


def test_speeds_are_constant_at_irregular_times():
    for path, values in clips(time_jitter=0.75, num_frames=12, max_speed=1.0):
        times = values["times"]
        gaps = np.diff(times)
        assert times[0] == 0 and gaps.min() >= 0.25 and gaps.max() <= 1.75
        assert np.ptp(gaps) > 0.25 and (times * 16 % 1 == 0).all()
        speed = np.abs(np.diff(path, axis=0)) / gaps[:, None, None]
        near = np.abs(path - 32).max(axis=(0, 2)) > 32 - 12
        assert np.ptp(speed[:, ~near], axis=0).max(initial=0) < 1e-3
    gaps = np.diff([v["times"] for _, v in clips(time_jitter=0.75)], axis=1)
    assert abs(gaps.mean() - 1) < 0.1


@pytest.mark.parametrize("gravity", [0.0, 1e-9])
def test_actions_explain_changes_of_speed(gravity):
    """With and without physics."""
    seen = 0
    fields = {"pushed": 1, "shapes": ("disc",), "gravity": gravity}
    for path, values in clips(num_frames=30, **fields):
        actions = values["actions"]
        assert actions.shape == (30, 2) and np.abs(actions).max() <= 1
        change = np.diff(path, 2, axis=0)  # [time - 2, objects, 2]
        margin = of_objects(values, "size", 2)[:, None] + 1
        reach = np.abs(np.diff(path, axis=0)).max(0) + margin
        inside = (np.abs(path - 32) < 32 - reach).all(-1)[1:-1]
        pushed = inside[:, 0]
        np.testing.assert_allclose(
            change[pushed, 0], actions[1:-1][pushed], atol=1e-3
        )
        assert np.abs(change[inside[:, 1], 1]).max(initial=0) < 1e-3
        seen += pushed.sum()
    assert seen > 50


@pytest.mark.parametrize("fields", [{}, {"collisions": True}])
def test_half_frames_lie_between_frames(fields):
    world = ShapesScene(ShapesConfig("test", **fields))
    half = np.arange(39) / 2
    for seed in range(4):
        path, values = path_of(world, world.values_at(seed, half))
        frames, stored = path_of(world, world.values_at(seed))
        np.testing.assert_array_equal(path[::2], frames)
        straight = np.abs(np.diff(frames, 2, axis=0)).max(-1) < 1e-3
        straight = straight[:-1] & straight[1:]  # before and after the half
        middle = (frames[1:-2] + frames[2:-1]) / 2
        gap = np.abs(path[3:-2:2] - middle).max(-1)
        assert gap[straight].max() < 1e-3 and straight.sum() > 5
        reach = np.abs(np.diff(path, axis=0)).max()
        assert reach < 3 * 0.5 * 3  # of one half frame
        groups = world.grouped(values)
        video = world.render(groups["content"], groups["pose"])[0]
        groups = world.grouped(stored)
        whole = world.render(groups["content"], groups["pose"])[0]
        np.testing.assert_array_equal(video[::2], whole)
        assert (video[1::2] != whole[:-1]).any(axis=(1, 2, 3)).all()


def test_times_within_a_step_of_physics_are_interpolated():
    world = ShapesScene(ShapesConfig("test", collisions=True))
    times = np.array([3 + k / 64 for k in range(5)])  # one step of 1/16
    path, _ = path_of(world, world.values_at(5, times))
    assert np.abs(np.diff(path, 2, axis=0)).max() < 1e-4
    assert np.abs(np.diff(path, axis=0)).max() > 0


@pytest.mark.parametrize("times", [[-0.1], [19.5], [], [[1.0]]])
def test_times_outside_the_clip_are_refused(times):
    world = ShapesScene(ShapesConfig("test"))
    with pytest.raises(ValueError, match=r"times (must be from 0 to 19|has)"):
        world.values_at(0, times)


BILLIARDS = {
    "objects": 4,
    "shapes": ("disc",),
    "collisions": True,
    "min_speed": 2.0,
    "max_speed": 4.0,
    "max_size": 8.0,
    "num_frames": 40,
}


def test_collisions_keep_momentum_and_energy():
    hits, quiet = 0, 0
    for path, values in clips(**BILLIARDS):
        mass, size = (of_objects(values, k, 4) for k in ("mass", "size"))
        assert np.ptp(mass) > 0 and mass.min() >= 1 and mass.max() <= 4
        step = np.diff(path, axis=0)  # [time - 1, objects, 2]
        change = np.abs(np.diff(step, axis=0)).max(-1)  # [time - 2, objects]
        wall = (np.abs(path - 32) > 32 - size[:, None] - 5).any(axis=(1, 2))
        away = ~(wall[:-2] | wall[1:-1] | wall[2:])
        total = (mass[:, None] * step).sum(1)  # [time - 1, 2]
        drift = np.abs(np.diff(total, axis=0)).max(-1)
        assert drift[away].max(initial=0) < 0.01
        hits += (change[away] > 0.1).any(-1).sum()
        # Speeds are those of a frame only if nothing happens within it.
        free = (change < 1e-3).all(-1)
        energy = (mass * (step**2).sum(-1)).sum(-1)[1:][free]
        assert np.ptp(energy) < 0.01 * energy.max()
        quiet += free.sum()
        gap = np.linalg.norm(path[:, :, None] - path[:, None], axis=-1)
        touching = size[:, None] + size - 1
        np.fill_diagonal(touching, 0)
        assert (gap >= touching).all()
    assert hits >= 5 and quiet > 50


def test_objects_fall_and_lose_energy():
    fields = {"objects": 1, "gravity": 0.3, "num_frames": 40}
    for path, values in clips(**fields, elasticity=0.5):
        y = path[:, 0, 1]
        inside = (np.abs(y - 32) < 32 - values["size_0"] - 8)[1:-1]
        fall = np.diff(y, 2)[inside]
        assert np.abs(fall - 0.3).max(initial=0) < 1e-3
        height = 64 - y
        assert height[-10:].max() < max(height[:10].max(), 25)
    slowed = []
    for friction in (0.0, 0.5):
        found = clips(**fields, elasticity=0.0, friction=friction)
        late = [np.abs(np.diff(path[-8:, 0, 0])).mean() for path, _ in found]
        slowed.append(np.mean(late))
    assert slowed[1] < 0.3 * slowed[0]


def test_impacts_rotate_objects_only_if_they_may():
    fields = {"shapes": ("bar",), "gravity": 0.3, "num_frames": 20}
    fields |= {"objects": 1, "friction": 0.5}
    angles = [v["angle_0"] for _, v in clips(**fields, max_spin=1e-6)]
    turned = [(a - a[0] + np.pi) % (2 * np.pi) - np.pi for a in angles]
    assert (np.abs(turned).max(axis=1) > 0.1).mean() > 0.5
    elastic = {"shapes": ("bar",), "objects": 1, "collisions": True}
    for path, values in clips(**elastic, num_frames=30):
        assert np.ndim(values["angle_0"]) == 0
        straight = (np.abs(np.diff(path, 2, axis=0)) < 1e-3).all(axis=(1, 2))
        speed = np.abs(np.diff(path, axis=0))[1:][straight]
        assert np.ptp(speed, axis=0).max() < 1e-3


def test_objects_are_drawn_as_they_lie_on_the_floor():
    fields = {"objects": 1, "shapes": ("bar",), "max_spin": 0.3}
    fields |= {"gravity": 1.0, "elasticity": 0.0}
    world = ShapesScene(ShapesConfig("test", num_frames=40, **fields))
    for index in range(5):
        clip = world.clip("train", index)[1]
        height, width = np.diff(clip["boxes"][-1, 0].reshape(2, 2), axis=0)[0]
        assert clip["boxes"][-1, 0, 2] == 1  # the bottom
        assert abs(np.log2(width / height)) > 0.8  # on one of its sides
