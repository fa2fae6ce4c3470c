"""Runs that are killed with SIGKILL and resumed by the same command."""

import random
import signal

import numpy as np
import pytest
import tensorflow as tf

SMALL = {
    "mipae": ["--representation_steps=20", "--dynamics_steps=20"],
    "independent_prediction": ["--training_steps=20"],
    "svg_lp": ["--training_steps=20", "--lstm_dim=8"],
    "ddpae": ["--training_steps=20", "--lstm_dim=8"],
    "hierarchical_objects": [
        "--background_steps=5",
        "--object_steps=10",
        "--dynamics_steps=5",
        "--crop_size=8",
        "--gan_weight=1",
        "--context=5",
    ],
}
SHARED = [
    "--dataset=moving_dsprites/quickstart",
    "--width=2",
    "--batch_size=4",
    "--train_horizon=3",
    "--train_clips=40",
    "--log_every=1",
    "--validate_every=7",
    "--steps_per_call=1",
]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("tfds")


@pytest.fixture
def train(run_program, data_dir, tmp_path):
    """`train(model, name)` trains in a folder of that name."""

    def train(model, name, **kwargs):
        args = [f"--model={model}", *SHARED, *SMALL[model]]
        args += [f"--data_dir={data_dir}", f"--run_dir={tmp_path / name}"]
        return run_program("train", *args, **kwargs)

    return train


def final_variables(run):
    """All arrays of the newest checkpoint of every stage."""
    found = {}
    for stage in sorted(path for path in (run / "checkpoints").iterdir()):
        reader = tf.train.load_checkpoint(str(stage / "newest"))
        for name in reader.get_variable_to_shape_map():
            if not name.startswith(("_", "save_counter")):
                found[stage.name, name] = reader.get_tensor(name)
    return found


def assert_same(run, whole):
    one, other = final_variables(run), final_variables(whole)
    assert one.keys() == other.keys() and len(one) > 50
    for name, value in other.items():
        np.testing.assert_array_equal(one[name], value, err_msg=str(name))


@pytest.mark.slow
@pytest.mark.parametrize(
    "model, kills",
    [
        ("mipae", 10),
        ("independent_prediction", 3),
        ("svg_lp", 3),
        ("ddpae", 2),
        ("hierarchical_objects", 3),
    ],
)
def test_a_run_killed_at_random_resumes_exactly(train, tmp_path, model, kills):
    """It is killed at random lines of the log, one per step or validation."""
    assert train(model, "whole").code == 0
    lines = (tmp_path / "whole" / "losses.jsonl").read_text().count("\n")
    points = sorted(random.Random(0).sample(range(1, lines), kills))
    for point in points:
        losses = tmp_path / "killed" / "losses.jsonl"
        result = train(model, "killed", kill=(str(losses), point))
        assert result.code == -signal.SIGKILL
    result = train(model, "killed")
    assert result.code == 0, result.stderr
    assert "resumes from step" in result.stdout + result.stderr
    assert_same(tmp_path / "killed", tmp_path / "whole")


@pytest.mark.slow
def test_killed_while_a_checkpoint_is_written(train, tmp_path):
    assert train("mipae", "whole").code == 0
    for stage, kind, cut_short in [
        ("representation", "newest", "*.index"),  # not yet in the list
        ("representation", "newest", "*_temp"),  # not yet complete
        ("representation", "best", "*_temp"),
        ("dynamics", "newest", "*_temp"),
    ]:
        folder = tmp_path / "killed" / "checkpoints" / stage / kind
        result = train("mipae", "killed", kill=(f"{folder}/{cut_short}", 0))
        assert result.code == -signal.SIGKILL, result.stderr
        listed = folder / "checkpoint"
        text = listed.read_text() if listed.exists() else ""
        for path in folder.glob(cut_short):  # at least one: it was killed
            name = path.name.removesuffix("_temp").removesuffix(".index")
            assert f'"{name}"' not in text
    result = train("mipae", "killed")
    assert result.code == 0, result.stderr
    assert_same(tmp_path / "killed", tmp_path / "whole")
