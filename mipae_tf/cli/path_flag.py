"""Flags for paths."""

from absl import flags

from mipae_tf.files import expand_home

# So that --help lists these flags as flags of the module that defines them.
flags.disclaim_key_flags()


class _PathParser(flags.ArgumentParser):
    syntactic_help = "a path; ~ and ~user are home folders"

    def parse(self, argument: str) -> str:
        """See `expand_home`."""
        return expand_home(argument)

    def flag_type(self) -> str:
        """Name of the type in --help."""
        return "path"


def define_path(name: str, default: str | None, text: str) -> flags.FlagHolder:
    """Defines a flag for a path, in which `~` is the home folder."""
    return flags.DEFINE(
        _PathParser(),
        name,
        default,
        text,
        serializer=flags.ArgumentSerializer(),
    )
