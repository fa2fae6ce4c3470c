import numpy as np
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
