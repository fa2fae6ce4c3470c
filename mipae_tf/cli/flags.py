"""Definition of flags from options, and running of programs."""

import dataclasses
import sys
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from absl import app
from absl import flags

from mipae_tf.cli.command_line import Explain
from mipae_tf.cli.command_line import error_message
from mipae_tf.cli.command_line import expand_flagfiles
from mipae_tf.cli.command_line import parse
from mipae_tf.cli.path_flag import define_path
from mipae_tf.cli.screen import exit_on_error
from mipae_tf.options import Options

FLAGS = flags.FLAGS

_DEFINE = {
    bool: "DEFINE_bool",
    float: "DEFINE_float",
    int: "DEFINE_integer",
    str: "DEFINE_string",
}
# So that --help lists these flags as flags of the program.
flags.disclaim_key_flags()


def define_options(options: type[Options], unset: bool = False) -> None:
    """Defines a flag for each field.

    Values are checked when the options are created, not by the flags.

    Args:
        options: the class of the options.
        unset: whether the default of the flags is None instead of the default
            of the field.
    """
    for field in dataclasses.fields(options):
        define = getattr(flags, _DEFINE[field.metadata["type"]])
        if field.metadata["path"]:
            define = define_path
        default = None if unset else field.default
        define(field.name, default, option_help(field))


def option_help(field: dataclasses.Field) -> str:
    """Help text of an option, with its choices if there are any."""
    choices, text = field.metadata["choices"], field.metadata["help"]
    return f"{text} ({', '.join(map(str, choices))})" if choices else text


def given_options(options: type[Options]) -> dict[str, Any]:
    """Values of the flags of `options` that are not None."""
    names = [field.name for field in dataclasses.fields(options)]
    values = {name: FLAGS[name].value for name in names}
    return {name: v for name, v in values.items() if v is not None}


def flagfile_text(names: Sequence[str]) -> str:
    """Text of a flagfile with the current values of these flags."""
    values = {name: FLAGS[name].value for name in names}
    lines = [f"--{k}={v}" for k, v in values.items() if v is not None]
    return "\n".join(lines) + "\n"


def run_program(
    main: Callable[[Sequence[str]], None],
    define_more_flags: Callable[[Sequence[str]], None] | None = None,
    explain: Explain | None = None,
) -> None:
    """Runs a program; errors print one sentence and give exit code 1.

    Args:
        main: main function of the program, as for `absl.app.run`.
        define_more_flags: function that defines flags that depend on other
            flags; called with the command line with expanded flagfiles.
        explain: function that returns the error message for an unknown flag,
            or None for the default message.
    """

    def guarded(argv: Sequence[str]) -> None:
        try:
            main(argv)
        except (MemoryError, tf.errors.ResourceExhaustedError) as error:
            raise ValueError(error_message(error)) from error
        except KeyboardInterrupt:
            print("Stopped; the same command resumes.", file=sys.stderr)
            sys.exit(130)

    def flags_of(argv: Sequence[str]) -> Sequence[str]:
        argv = expand_flagfiles(argv)
        if define_more_flags is not None:
            define_more_flags(argv)
        try:
            return parse(argv, explain)
        except SystemExit:  # absl has printed help; its exit code would be 1
            sys.exit(0)

    with exit_on_error(ValueError, flags.Error, tf.errors.OpError):
        app.run(guarded, flags_parser=flags_of)
