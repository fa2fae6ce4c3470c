"""Flags made of options, and the frame that programs run in."""

import dataclasses
import sys
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from absl import app
from absl import flags

from mipae_tf.cli.command_line import Explain
from mipae_tf.cli.command_line import expand_flagfiles
from mipae_tf.cli.command_line import parse
from mipae_tf.cli.command_line import sentence
from mipae_tf.cli.path_flag import define_path
from mipae_tf.cli.screen import one_sentence
from mipae_tf.options import Options

FLAGS = flags.FLAGS

_DEFINE = {
    bool: "DEFINE_bool",
    float: "DEFINE_float",
    int: "DEFINE_integer",
    str: "DEFINE_string",
}
# So that --help counts these flags among those of the program.
flags.disclaim_key_flags()


def define_options(options: type[Options], unset: bool = False) -> None:
    """Makes a flag of every field.

    Values are not checked by the flags but where the options are made.

    Args:
        options: the dataclass.
        unset: whether flags that are not given have the value None instead of
            the field's default.
    """
    for field in dataclasses.fields(options):
        define = getattr(flags, _DEFINE[field.metadata["type"]])
        if field.metadata["path"]:
            define = define_path
        default = None if unset else field.default
        define(field.name, default, option_help(field))


def option_help(field: dataclasses.Field) -> str:
    """Help of an option, with the values allowed where they are few."""
    choices, text = field.metadata["choices"], field.metadata["help"]
    return f"{text} ({', '.join(map(str, choices))})" if choices else text


def given_options(options: type[Options]) -> dict[str, Any]:
    """Values of the flags of `define_options` that are not None."""
    names = [field.name for field in dataclasses.fields(options)]
    values = {name: FLAGS[name].value for name in names}
    return {name: v for name, v in values.items() if v is not None}


def flagfile_text(names: Sequence[str]) -> str:
    """Lines of a flagfile that gives these flags their values of now."""
    values = {name: FLAGS[name].value for name in names}
    lines = [f"--{k}={v}" for k, v in values.items() if v is not None]
    return "\n".join(lines) + "\n"


def run_program(
    main: Callable[[Sequence[str]], None],
    define_more: Callable[[Sequence[str]], None] | None = None,
    explain: Explain | None = None,
) -> None:
    """Runs a program: its errors are one sentence and exit code 1.

    Args:
        main: the program; is given what absl gives.
        define_more: defines flags that depend on other flags. It is called
            with the command line, whose flagfiles are expanded already.
        explain: gives the error for a flag that does not exist, or None for
            the usual one.
    """

    def guarded(argv: Sequence[str]) -> None:
        try:
            main(argv)
        except (MemoryError, tf.errors.ResourceExhaustedError) as error:
            raise ValueError(sentence(error)) from error
        except KeyboardInterrupt:
            print("Stopped; the same command resumes.", file=sys.stderr)
            sys.exit(130)

    def flags_of(argv: Sequence[str]) -> Sequence[str]:
        argv = expand_flagfiles(argv)
        if define_more is not None:
            define_more(argv)
        return parse(argv, explain)

    with one_sentence(ValueError, flags.Error, tf.errors.OpError):
        app.run(guarded, flags_parser=flags_of)
