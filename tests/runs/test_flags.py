import dataclasses
import pathlib

import pytest

from mipae_tf.models import MODELS
from mipae_tf.runs import flags

HERE = pathlib.Path(__file__).parent
SMALL_DOOR = str(HERE / "small_door.py")


def test_every_hyperparameter_of_every_model_is_a_flag():
    found = flags.hyperparameters()
    for name, model in MODELS.items():
        for field in dataclasses.fields(model.Config):
            assert name in found[field.name]
    assert "mi_weight" in found and set(found["mi_weight"]) == {"mipae"}


def test_what_is_given_comes_out_and_nothing_else(run_door):
    done = run_door(
        SMALL_DOOR, "--model=drnet", "--width=4", "--learning_rate=1"
    )
    said = done.stdout.splitlines()
    assert said[0] == "{'width': 4, 'learning_rate': 1.0}"
    assert set(said[1:]) == {
        "--model=drnet",
        "--protocol=default",
        "--width=4",
        "--learning_rate=1.0",
    }


@pytest.mark.parametrize(
    "arguments, code, error",
    [
        (["--width=9"], 1, "error: --width=9 is too odd."),
        (["width"], 1, "'width' is no flag; flags are --name=value"),
        (["--model=vae", "--help"], 1, "error: --model=vae is unknown"),
    ],
)
def test_errors_are_one_sentence(run_door, arguments, code, error):
    done = run_door(SMALL_DOOR, *arguments)
    assert done.code == code
    assert error in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "door", ["train", "evaluate", "predict", "export", "compare"]
)
def test_no_flag_is_without_effect(run_door, door):
    """Each changes what the library is called with."""
    done = run_door(str(HERE / "flag_effects.py"), f"--door={door}")
    assert done.code == 0, done.stderr
    *lines, last = done.stdout.splitlines()
    assert last.startswith("flags looked at: ")
    assert not [line for line in lines if line.startswith("without effect")]


def test_help_of_a_model_lists_its_hyperparameters():
    text = flags.model_help("drnet")
    fields = dataclasses.fields(MODELS["drnet"].Config)
    assert all(f"--{field.name} " in text for field in fields)
    assert "--mi_weight" not in text
    row = next(x for x in text.splitlines() if x.startswith("--normalization"))
    assert row.split()[2] == "batch", "published value"
