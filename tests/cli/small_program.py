"""A program that prints its flags; test_flags.py runs it."""

import dataclasses

from mipae_tf.cli import flags
from mipae_tf.models import config_class
from mipae_tf.training import model_flags


def main(argv):
    print(model_flags.given_hyperparameters())
    fields = dataclasses.fields(config_class(flags.FLAGS.model))
    names = ["model", "protocol", *(field.name for field in fields)]
    print(flags.flagfile_text(names), end="")
    if flags.FLAGS.width == 9:
        raise ValueError("--width=9 is too odd.")


if __name__ == "__main__":
    model_flags.define_model_flags()
    flags.run_program(
        main, model_flags.define_hyperparameters, model_flags.other_model_error
    )
