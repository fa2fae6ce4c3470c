"""Flags: the union of all models' hyper-parameters, and the run's own."""

import dataclasses
import sys
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from absl import app
from absl import flags

from mipae_tf.cli.command_line import expand_flagfiles
from mipae_tf.cli.command_line import parse
from mipae_tf.cli.command_line import sentence
from mipae_tf.cli.screen import one_sentence
from mipae_tf.models import MODELS
from mipae_tf.models import config_class

FLAGS = flags.FLAGS

_DEFINE = {
    bool: flags.DEFINE_bool,
    float: flags.DEFINE_float,
    int: flags.DEFINE_integer,
    str: flags.DEFINE_string,
}


def hyperparameters() -> dict[str, dict[str, dataclasses.Field]]:
    """For each name, the models that have it and their fields."""
    found: dict[str, dict[str, dataclasses.Field]] = {}
    for model in sorted(MODELS):
        for field in dataclasses.fields(MODELS[model].config):
            found.setdefault(field.name, {})[model] = field
    return found


def define_model_flags() -> None:
    """`--model`, `--protocol` and every hyper-parameter, unset."""
    flags.DEFINE_string(
        "model", "mipae", f"What to train: {', '.join(sorted(MODELS))}."
    )
    flags.DEFINE_string(
        "protocol",
        "default",
        "Preset of hyper-parameters: default (what trains best) or published "
        "(what the authors ran). A flag given explicitly wins over it.",
    )
    for name, fields in hyperparameters().items():
        field = next(iter(fields.values()))
        models = (
            "all models" if len(fields) == len(MODELS) else ", ".join(fields)
        )
        text = f"{field.metadata['help']} [{models}]"
        _DEFINE[type(field.default)](name, None, text)


def given_hyperparameters() -> dict[str, Any]:
    """The hyper-parameters that the command line or its flagfile set."""
    return {
        name: FLAGS[name].value
        for name in hyperparameters()
        if FLAGS[name].value is not None
    }


def flagfile_text(names: Sequence[str]) -> str:
    """Lines of a flagfile that repeats this command.

    Args:
        names: the flags of the program; those of models are added.
    """
    ours = ["model", "protocol", *hyperparameters(), *names]
    values = {name: FLAGS[name].value for name in ours}
    lines = [
        f"--{name}={value}"
        for name, value in values.items()
        if value is not None
    ]
    return "\n".join(lines) + "\n"


def model_help(name: str) -> str:
    """Table of a model's hyper-parameters: default, published, meaning."""
    config = config_class(name)
    published = config.PROTOCOLS.get("published", {})
    rows = [
        (
            f"--{field.name}",
            str(field.default),
            str(published.get(field.name, "")),
            _meaning(field),
        )
        for field in dataclasses.fields(config)
    ]
    rows.insert(0, ("flag", "default", "published", "meaning"))
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths))
        + "  "
        + row[3]
        for row in rows
    ]
    table = "\n".join(lines)
    return (
        f"Hyper-parameters of {name}:\n\n{table}\n\n"
        "--help without --model lists the flags of the run itself."
    )


def _meaning(field: dataclasses.Field) -> str:
    choices = field.metadata["choices"]
    text = field.metadata["help"]
    return f"{text} ({', '.join(map(str, choices))})" if choices else text


def run_program(main: Callable[[Sequence[str]], None]) -> None:
    """Runs a program: its errors are one sentence and exit code 1."""

    def guarded(argv: Sequence[str]) -> None:
        try:
            main(argv)
        except (MemoryError, tf.errors.ResourceExhaustedError) as error:
            raise ValueError(sentence(error)) from error
        except KeyboardInterrupt:
            print("stopped; the same command goes on", file=sys.stderr)
            sys.exit(130)

    with one_sentence(ValueError, flags.Error, tf.errors.OpError):
        app.run(guarded, flags_parser=_parse)


def _parse(argv: Sequence[str]) -> Sequence[str]:
    """Sets the flags; `--model=X --help` explains that model."""
    argv = expand_flagfiles(argv)
    asked = any(arg in ("--help", "-help", "-h") for arg in argv)
    models = [a.split("=", 1)[1] for a in argv if a.startswith("--model=")]
    if asked and models:
        print(model_help(models[-1]))
        sys.exit(0)
    return parse(argv)
