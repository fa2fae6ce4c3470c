import dataclasses
import pathlib

import pytest

from mipae_tf.models import MODELS
from mipae_tf.training import model_flags

SMALL_PROGRAM = str(pathlib.Path(__file__).parent / "small_program.py")


def test_flags_are_those_of_the_chosen_model(run_program):
    """Other models may have flags of the same name."""
    named = (("--model=svg_lp",), ("--model", "svg_lp"))
    for model in named:
        done = run_program(SMALL_PROGRAM, "--kl_weight=0.5", *model)
        assert done.stdout.startswith("{'kl_weight': 0.5}"), done.stderr
    done = run_program(SMALL_PROGRAM, "--kl_weight=0.5", "--model=mipae")
    assert done.code == 1
    assert done.stderr == (
        "error: --kl_weight is a hyper-parameter of svg_fp, svg_lp, but not of "
        "--model=mipae; --model=mipae --help lists those of this model.\n"
    )


def test_only_given_hyperparameters_are_returned(run_program):
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
        (["width"], 1, "'width' is not a flag; flags have the form --name=v"),
        (["--model=vae", "--help"], 1, "error: --model=vae is unknown"),
    ],
)
def test_errors_are_one_sentence(run_program, arguments, code, error):
    done = run_program(SMALL_PROGRAM, *arguments)
    assert done.code == code
    assert error in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_help_of_a_model_lists_its_hyperparameters():
    text = model_flags.model_help("drnet")
    fields = dataclasses.fields(MODELS["drnet"].config)
    assert all(f"--{field.name} " in text for field in fields)
    assert "--mi_weight" not in text
    row = next(x for x in text.splitlines() if x.startswith("--normalization"))
    assert row.split()[2] == "batch", "published value"


@pytest.mark.parametrize("argument", ["--help", "--helpfull"])
def test_help_is_not_an_error(run_program, argument):
    done = run_program(SMALL_PROGRAM, argument)
    assert done.code == 0
    assert "--protocol:" in done.stdout
