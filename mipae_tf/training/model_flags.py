"""Flags `--model`, the presets, and the hyper-parameters of the model."""

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
from mipae_tf.training.job import DEFAULT_MODEL

flags.disclaim_key_flags()


def define_model_flags() -> None:
    """Defines `--model`, `--protocol` and `--recipe`."""
    flags.DEFINE_string(
        "model",
        DEFAULT_MODEL,
        "Model to train: "
        + "; ".join(f"{name} ({row.title})" for name, row in MODELS.items())
        + ". --model=NAME --help lists its hyper-parameters, which are flags.",
    )
    flags.DEFINE_string(
        "protocol",
        "default",
        "Preset of hyper-parameters: default (best results) or published "
        "(settings of the authors). Explicit flags override it.",
    )
    flags.DEFINE_enum(
        "recipe",
        None,
        ["drawn", "video"],
        "Changes to --protocol=default for a kind of video: drawn (none) or "
        "video (recorded: frames are made from the pixels of the last given "
        "frame). If not given: video with --videos and for recorded datasets "
        "such as kth_actions, otherwise drawn.",
    )


def define_hyperparameters(argv: Sequence[str]) -> None:
    """Defines the hyper-parameters of the model in `argv` as flags.

    `--model` is read before they are defined, because hyper-parameters of the
    same name may have other defaults or limits in other models. If `argv`
    contains `--model` and `--help`, prints the help of the model and exits.

    Args:
        argv: command line with expanded flagfiles.

    Raises:
        ValueError: if the model is unknown.
    """
    name = _value_of("model", argv)
    config = config_class(name or DEFAULT_MODEL)
    if name and any(arg in ("--help", "-help", "-h") for arg in argv):
        print(model_help(name))
        sys.exit(0)
    define_options(config, unset=True)


def given_hyperparameters() -> dict[str, Any]:
    """The hyper-parameters given on the command line or in a flagfile."""
    return given_options(config_class(FLAGS.model))


def other_model_error(flag: str) -> str | None:
    """The error message for a hyper-parameter of another model."""
    model = FLAGS["model"].value  # works before the flags are parsed
    models = [
        name
        for name, row in MODELS.items()
        if flag in {field.name for field in dataclasses.fields(row.config)}
    ]
    if not models:
        return None
    return (
        f"--{flag} is a hyper-parameter of {', '.join(models)}, but not of "
        f"--model={model}; --model={model} --help lists those of this model."
    )


def model_help(name: str) -> str:
    """A table of the hyper-parameters of a model, with all presets."""
    config = config_class(name)
    published = config.PROTOCOLS.get("published", {})
    video = config.RECIPES.get("video", {})
    rows = [("flag", "default", "published", "--recipe=video", "meaning")] + [
        (
            f"--{field.name}",
            str(field.default),
            str(published.get(field.name, "")),
            str(video.get(field.name, "")),
            option_help(field),
        )
        for field in dataclasses.fields(config)
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = [
        "  ".join([*(c.ljust(w) for c, w in zip(row, widths)), row[4]])
        for row in rows
    ]
    table = "\n".join(lines)
    return (
        f"{MODELS[name].title}: {MODELS[name].about}\n\n"
        f"Hyper-parameters of --model={name}:\n\n{table}\n\n"
        "--help without --model lists all other flags."
    )


def _value_of(flag: str, argv: Sequence[str]) -> str | None:
    """The last value of a flag on the command line, or None."""
    found = None
    for arg, after in zip(argv, [*argv[1:], ""], strict=True):
        name, equals, value = arg.partition("=")
        if name in (f"--{flag}", f"-{flag}"):
            found = value if equals else after
    return found
