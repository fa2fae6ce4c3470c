"""A program that says what it was given; test_flags.py goes through it."""

from mipae_tf.cli import flags


def main(argv):
    print(flags.given_hyperparameters())
    print(flags.flagfile_text([]), end="")
    if flags.FLAGS.width == 9:
        raise ValueError("--width=9 is too odd.")


if __name__ == "__main__":
    flags.define_model_flags()
    flags.run_program(main)
