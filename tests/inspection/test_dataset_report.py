import io

import numpy as np
import pytest
from mipae_tf.data_builders.moving_dsprites import (
    moving_dsprites_dataset_builder as moving_dsprites,
)
from mipae_tf.data_builders.moving_dsprites.sprites_config import SpritesConfig
from PIL import Image

from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.data import datasets
from mipae_tf.inspection import inspect_dataset
from mipae_tf.inspection.dataset_report import drawn_clips
from mipae_tf.inspection.dataset_report import value_names
from mipae_tf.inspection.pictures import clips_with_factors
from mipae_tf.inspection.pictures import factor_histograms

SMALL = {"train_clips": 12, "validation_clips": 2, "test_clips": 3}


@pytest.fixture
def sprites(monkeypatch):
    class Builder(moving_dsprites.Builder, skip_registration=True):
        """The sprites with one tiny configuration."""

        BUILDER_CONFIGS = [SpritesConfig(name="tiny", num_frames=4, **SMALL)]

    Builder.name = "moving_dsprites"
    monkeypatch.setitem(datasets.BUILDERS, "moving_dsprites", Builder)


def test_a_dataset_is_described_and_drawn(sprites, tmp_path):
    out = tmp_path / "out"
    data = str(tmp_path / "data")
    text = inspect_dataset("moving_dsprites/tiny", out, data_dir=data)
    assert "Clips: train 12, validation 2, test 3" in text
    assert "4 frames of 64 x 64 pixels, 3 channels" in text
    assert "x_0: position; per frame; 32 values; object 0" in text
    assert "MiB in" in text and "Written to" in text
    assert "factors.png counts 12 clips of train" in text
    names = ["clips.gif", "contact_sheet.png", "factors.png"]
    assert sorted(path.name for path in out.iterdir()) == names
    with Image.open(out / "clips.gif") as image:
        assert image.n_frames == 4
    with pytest.raises(ValueError, match="has no split 'best'; it has train"):
        inspect_dataset("moving_dsprites/tiny", out, "best", data_dir=data)


def some(count, **factors):
    """Clips that become lighter, each factor a value for each clip or frame."""
    video = np.zeros((count, 3, 8, 8, 1), np.uint8)
    declared = [
        Factor(name, kind, values.ndim == 2, size)
        for name, (kind, size, values) in factors.items()
    ]
    values = {name: values for name, (_, _, values) in factors.items()}
    return Clips(video, values, declared)


def test_values_are_drawn_below_the_frame_that_they_belong_to():
    speed = np.array([[0.5, 0.5, 2.5], [0.5, 0.5, 0.5]])
    clips = some(2, speed=("scalar", None, speed))
    frames = clips_with_factors(clips, {"speed": None})
    assert frames.dtype == np.uint8 and frames.shape[0] == 3
    np.testing.assert_array_equal(frames[0], frames[1])
    changed = (frames[1] != frames[2]).any(axis=(0, 2))
    half = frames.shape[2] // 2
    assert changed[:half].any() and not changed[half:].any()


def test_names_of_classes_are_drawn():
    clips = some(1, kind=("class", 2, np.array([1])))
    numbers = clips_with_factors(clips, {"kind": None})
    named = clips_with_factors(clips, {"kind": ("cat", "dog")})
    assert numbers.shape != named.shape or (numbers != named).any()


def test_clips_without_factors_are_drawn_alone():
    frames = clips_with_factors(some(2), {})
    assert frames.shape[:1] == (3,) and frames.shape[-1] == 3


def test_histograms_depend_on_the_values():
    drawn = []
    for values in (np.array([0, 0, 1]), np.array([0, 1, 1])):
        clips = some(
            3,
            kind=("class", 2, values),
            speed=("scalar", None, np.arange(9.0).reshape(3, 3)),
        )
        picture = factor_histograms(clips, {"kind": ("a", "b"), "speed": None})
        drawn.append(np.array(Image.open(io.BytesIO(picture))))
    assert drawn[0].shape == drawn[1].shape
    assert (drawn[0] != drawn[1]).any()


def test_clips_of_different_videos_are_drawn():
    video = np.zeros((6, 3, 8, 8, 1), np.uint8)
    values = {"file": np.array([0, 0, 0, 0, 1, 2]), "who": np.zeros(6, int)}
    source = Factor("who", "source", False)
    file = Factor("file", "recording", False)
    clips = Clips(video, values, (source, file))
    assert drawn_clips(clips, 3).tolist() == [0, 4, 5]
    assert drawn_clips(some(6), 3).tolist() == [0, 2, 5]
    assert len(drawn_clips(some(2), 3)) == 2


def test_classes_of_frames_have_names():
    """An action is a sequence of classes in tfds."""
    builder = datasets.open_builder("kth_actions/standard_64")
    for factor in builder.factors:
        names = value_names(builder, factor)
        assert names == list(builder.labels[factor.name])
