import pathlib
import pickle
import tempfile

import numpy as np
import pytest
import tensorflow_datasets as tfds
from etils import epath
from mipae_tf.data_builders.mpi3d_video import mpi3d_file
from mipae_tf.data_builders.mpi3d_video import (
    mpi3d_video_dataset_builder as mpi3d_video,
)
from mipae_tf.data_builders.mpi3d_video.arm_config import ArmConfig
from mipae_tf.data_builders.mpi3d_video.arm_scene import ArmScene

TINY = {"train_clips": 4, "validation_clips": 2, "test_clips": 2}
SPLITS = {"train": 4, "validation": 2, "test": 2}
CONFIG = ArmConfig("tiny", variant="toy", num_frames=3, **TINY)
NAMES = [factor.name for factor in ArmScene(CONFIG).factors]


FOLDER = tempfile.TemporaryDirectory()


@pytest.fixture(scope="module", autouse=True)
def manual():
    """A file of the true size, with the images of the tiny clips only.

    The seven first values of such an image are its factors; all others are 0
    and take no space.
    """
    folder = pathlib.Path(FOLDER.name)
    grid = mpi3d_file.LAYOUTS[1]
    images = np.lib.format.open_memmap(
        folder / "mpi3d_toy.npy", "w+", np.uint8, (1_036_800, 64, 64, 3)
    )
    scene = ArmScene(CONFIG)
    for split, count in SPLITS.items():
        for number in range(count):
            rng = np.random.default_rng([0, list(SPLITS).index(split), number])
            values = scene.sample(split, rng)
            factors = np.broadcast_arrays(*(values[name] for name in NAMES))
            index = np.ravel_multi_index(factors, grid)
            images[index, 0, :7, 0] = np.stack(factors, -1)
    images.flush()
    yield folder
    FOLDER.cleanup()


class Mpi3dVideoTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = mpi3d_video.Builder
    SPLITS = SPLITS
    BUILDER_CONFIG_NAMES_TO_TEST = [CONFIG]
    MOCK_OUT_FORBIDDEN_OS_FUNCTIONS = False  # the images are local files

    EXAMPLE_DIR = FOLDER.name


def built(folder, manual, config=CONFIG):
    builder = mpi3d_video.Builder(config=config, data_dir=folder)
    builder.download_and_prepare(
        download_config=tfds.download.DownloadConfig(manual_dir=manual)
    )
    return builder


def test_clips_of_a_file_of_the_true_size(tmp_path, manual):
    built(tmp_path, manual)
    builder = mpi3d_video.Builder(config=CONFIG, data_dir=tmp_path)
    for split, count in SPLITS.items():
        clips = list(tfds.as_numpy(builder.as_dataset(split=split)))
        assert len(clips) == count
        for clip in clips:
            factors = {**clip["content"], **clip["pose"]}
            wanted = [np.broadcast_to(factors[name], 3) for name in NAMES]
            found = clip["video"][:, 0, :7, 0]  # [time, factors]
            np.testing.assert_array_equal(found, np.stack(wanted, -1))
            video = builder.render(clip["content"], clip["pose"])
            np.testing.assert_array_equal(video, clip["video"])
    assert builder.has_static
    assert builder.sample_static(2, seed=0)[0].shape == (2, 64, 64, 3)


def test_a_worker_of_beam_makes_the_same_clips(manual):
    images = mpi3d_file.prepare(epath.Path(manual), "toy")
    scene = ArmScene(CONFIG, images)
    sent = pickle.dumps(scene)
    assert len(sent) < 10_000  # the path, not the pixels
    for one, other in zip(
        scene.clip("test", 1)[1].values(),
        pickle.loads(sent).clip("test", 1)[1].values(),
        strict=True,
    ):
        np.testing.assert_equal(one, other)


def test_published_configurations():
    configs = mpi3d_video.Builder.builder_configs
    for variant in ("real", "realistic", "toy"):
        assert configs[variant].variant == variant
        assert configs[variant].grid == 4
        assert configs[f"{variant}_full"].grid == 6
        assert configs[f"{variant}_full"].variant == variant
    assert configs["real_small"].train_clips == 2_000


def test_a_missing_file_leaves_no_files(tmp_path):
    with pytest.raises(ValueError, match=r"no mpi3d_toy\.npz in the manual"):
        built(tmp_path / "data", tmp_path)
    assert not list((tmp_path / "data").glob("mpi3d_video/tiny/*"))
    unbuilt = mpi3d_video.Builder(config=CONFIG, data_dir=tmp_path / "data")
    with pytest.raises(ValueError, match="is not built in"):
        unbuilt.scene()


def test_the_first_release_has_no_full_grid(tmp_path):
    np.lib.format.open_memmap(
        tmp_path / "mpi3d_toy.npy", "w+", np.uint8, (460_800, 64, 64, 3)
    )
    full = ArmConfig("full", variant="toy", grid=6, num_frames=3, **TINY)
    with pytest.raises(ValueError, match="grid is 6 but .* has only 4 colours"):
        built(tmp_path / "data", tmp_path, full)


def test_labels_of_real_pixels(real_data):
    """Colours and backgrounds look as their labels say."""
    data = np.load(
        real_data / "mpi3d" / "mpi3d_factor_sweeps_from_sample_gifs.npz"
    )
    labels = ArmScene(ArmConfig("all", grid=6)).labels

    def tints(source, factor, contrast):
        """How much redder, greener and bluer each class is than the mean."""
        tiles = data["images"][source, factor].astype(int)  # [time, 64, 64, 3]
        changing = np.ptp(tiles, 0).max(-1) > contrast  # [64, 64]
        classes = data["inferred_class"][source, factor, :, factor]
        shown = np.stack(
            [
                tiles[classes == number][:, changing].mean((0, 1))
                for number in range(classes.max() + 1)
            ]
        )  # [classes, 3]
        return shown - shown.mean(0)

    for source in range(4):  # two of toy and two of realistic
        shown = tints(source, 0, 60)
        brightest = shown.min(-1).argmax()
        assert labels["colour"][brightest] == "white"
        for plane, name in enumerate(("red", "green", "blue")):
            tint = shown[labels["colour"].index(name)]
            assert tint.argmax() == plane, (source, name, tint)
        shown = tints(source, 4, 15)
        for plane, name in enumerate(("salmon", "sea green", "purple")):
            tint = shown[labels["background"].index(name)]
            assert tint.argmax() == plane, (source, name, tint)
