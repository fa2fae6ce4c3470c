import dataclasses
import pathlib

import pytest

from mipae_tf.cli import flags
from mipae_tf.models import MODELS

SMALL_PROGRAM = str(pathlib.Path(__file__).parent / "small_program.py")


def test_every_hyperparameter_of_every_model_is_a_flag():
    found = flags.hyperparameters()
    for name, model in MODELS.items():
        for field in dataclasses.fields(model.config):
            assert name in found[field.name]
    assert "mi_weight" in found and set(found["mi_weight"]) == {"mipae"}


def test_what_is_given_comes_out_and_nothing_else(run_program):
    done = run_program(
        SMALL_PROGRAM, "--model=drnet", "--width=4", "--learning_rate=1"
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
def test_errors_are_one_sentence(run_program, arguments, code, error):
    done = run_program(SMALL_PROGRAM, *arguments)
    assert done.code == code
    assert error in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_help_of_a_model_lists_its_hyperparameters():
    text = flags.model_help("drnet")
    fields = dataclasses.fields(MODELS["drnet"].config)
    assert all(f"--{field.name} " in text for field in fields)
    assert "--mi_weight" not in text
    row = next(x for x in text.splitlines() if x.startswith("--normalization"))
    assert row.split()[2] == "batch", "published value"
