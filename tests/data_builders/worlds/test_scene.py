import numpy as np
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.worlds.clip_config import ClipConfig
from mipae_tf.data_builders.worlds.scene import Scene
from mipae_tf.data_builders.worlds.scene import example_rng


def test_example_rng_depends_only_on_seed_stream_and_index():
    def draw(*key):
        return tuple(example_rng(*key).integers(1 << 60, size=2))

    keys = [
        (seed, stream, index)
        for seed in (0, 1)
        for stream in ("train", "validation", "test", "static")
        for index in range(5)
    ]
    assert len({draw(*key) for key in keys}) == len(keys)
    assert draw(*keys[3]) == draw(*keys[3])
    assert isinstance(example_rng(0, "test", 0), np.random.Generator)


class Pushed(Scene):
    """A bright column that actions push to the right."""

    def __init__(self, objects=1):
        self.config = ClipConfig("pushed", frame_size=16, num_frames=3)
        self.factors = (Factor("x", "position", True, 16, object=0, axis="x"),)
        self.objects, self.has_boxes = objects, bool(objects)
        self.action_dim, self.has_times = 2, True

    def sample(self, split, rng):
        actions = rng.integers(3, size=(3, 2))
        path = np.cumsum([rng.integers(4), *actions[:2, 0]])
        return {"x": path, "actions": actions, "times": np.arange(3) * 1.5}

    def draw(self, values):
        frames = np.zeros((len(values["x"]), 16, 16, 1), np.uint8)
        frames[np.arange(len(frames)), :, values["x"]] = 255
        return frames, (frames > 0).astype(np.uint8) if self.objects else None


def test_a_clip_has_the_streams_of_its_scene():
    _, clip = Pushed().clip("train", 5)
    assert clip.keys() == {
        "video",
        "masks",
        "boxes",
        "actions",
        "times",
        "content",
        "pose",
    }
    assert clip["times"].dtype == np.float32
    assert clip["times"].tolist() == [0, 1.5, 3]
    x = clip["pose"]["x"]
    assert clip["actions"].dtype == np.float32
    np.testing.assert_array_equal(np.diff(x), clip["actions"][:-1, 0])
    left, right = clip["boxes"][:, 0, 1], clip["boxes"][:, 0, 3]
    np.testing.assert_array_equal(left, x / 16)
    np.testing.assert_array_equal(right, (x + 1) / 16)


def test_a_scene_without_objects_has_no_masks():
    _, clip = Pushed(objects=0).clip("train", 5)
    assert clip.keys() == {"video", "actions", "times", "content", "pose"}
