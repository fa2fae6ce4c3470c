"""`--model`, `--protocol` and the hyper-parameters of the model chosen."""

import dataclasses
import sys
from collections.abc import Sequence
from typing import Any

from absl import flags

from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import define_options
from mipae_tf.cli.flags import given_options
from mipae_tf.cli.flags import option_help
from mipae_tf.models import MODELS
from mipae_tf.models import config_class

DEFAULT_MODEL = "mipae"
flags.disclaim_key_flags()


def define_model_flags() -> None:
    """`--model` and `--protocol`."""
    flags.DEFINE_string(
        "model",
        DEFAULT_MODEL,
        "What to train: "
        + "; ".join(f"{name} ({row.title})" for name, row in MODELS.items())
        + ". --model=NAME --help lists its hyper-parameters, each a flag.",
    )
    flags.DEFINE_string(
        "protocol",
        "default",
        "Preset of hyper-parameters: default (what trains best) or published "
        "(what the authors ran). A flag given explicitly wins over it.",
    )


def define_hyperparameters(argv: Sequence[str]) -> None:
    """Flags of the hyper-parameters of the model that `argv` names.

    Two models may have hyper-parameters of one name that differ in default,
    limits or meaning, so `--model` is read before they are defined. Where
    `argv` asks for help on a model, prints it and exits.

    Args:
        argv: command line with its flagfiles expanded.

    Raises:
        ValueError: for an unknown model.
    """
    name = _value_of("model", argv)
    config = config_class(name or DEFAULT_MODEL)
    if name and any(arg in ("--help", "-help", "-h") for arg in argv):
        print(model_help(name))
        sys.exit(0)
    define_options(config, unset=True)


def given_hyperparameters() -> dict[str, Any]:
    """The hyper-parameters that the command line or its flagfile set."""
    return given_options(config_class(FLAGS.model))


def of_another_model(flag: str) -> str | None:
    """The error for a hyper-parameter that the chosen model lacks."""
    model = FLAGS["model"].value  # the command line is not parsed yet
    models = [
        name
        for name, row in MODELS.items()
        if flag in {field.name for field in dataclasses.fields(row.config)}
    ]
    if not models:
        return None
    return (
        f"--{flag} is a hyper-parameter of {', '.join(models)}, and not of "
        f"--model={model}; --model={model} --help lists its own."
    )


def model_help(name: str) -> str:
    """Table of a model's hyper-parameters: default, published, meaning."""
    config = config_class(name)
    published = config.PROTOCOLS.get("published", {})
    rows = [("flag", "default", "published", "meaning")] + [
        (
            f"--{field.name}",
            str(field.default),
            str(published.get(field.name, "")),
            option_help(field),
        )
        for field in dataclasses.fields(config)
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [
        "  ".join([*(c.ljust(w) for c, w in zip(row, widths)), row[3]])
        for row in rows
    ]
    table = "\n".join(lines)
    return (
        f"{MODELS[name].title}: {MODELS[name].about}\n\n"
        f"Hyper-parameters of --model={name}:\n\n{table}\n\n"
        "--help without --model lists the flags of the run itself."
    )


def _value_of(flag: str, argv: Sequence[str]) -> str | None:
    """The last value of a flag on a command line."""
    found = None
    for arg, after in zip(argv, [*argv[1:], ""], strict=True):
        name, equals, value = arg.partition("=")
        if name in (f"--{flag}", f"-{flag}"):
            found = value if equals else after
    return found
