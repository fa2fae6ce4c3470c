"""Prints the flags of a door that change nothing of what it calls.

python flag_effects.py --door=train
"""

import importlib
import inspect

from absl import app
from absl import flags

DOOR = flags.DEFINE_string("door", None, "Which module.")
# Another value of a string that is parsed or checked by the door itself.
OTHER = {"profile": "20,25", "on_nonfinite": "skip"}
# It repeats the command, whatever becomes of it.
REPEATED = "flagfile_text"


def main(_) -> None:
    door = importlib.import_module(f"mipae_tf.{DOOR.value}")
    door.define_flags()
    calls = []
    for name, value in list(vars(door).items()):
        if inspect.isfunction(value) and value.__module__ != door.__name__:
            setattr(door, name, recorder(name, value, calls))

    def called():
        calls.clear()
        door.main([])
        return list(calls)

    own = flags.FLAGS.flags_by_module_dict()[door.__name__]
    flags.FLAGS.mark_as_parsed()
    usual = called()
    for flag in own:
        before = flag.value
        flag.value = OTHER.get(flag.name, other(before, flag))
        if called() == usual:
            print("without effect:", flag.name)
        flag.value = before
    print("flags looked at:", len(own))


def recorder(name, function, calls):
    """A function that notes what it is called with, and does nothing."""

    def call(*args, **kwargs):
        if name == REPEATED:
            return ""
        if function.__module__ == "mipae_tf.runs.flags":
            return function(*args, **kwargs)
        given = [*args, *sorted(kwargs.items())]
        said = [text for text in map(repr, given) if " at 0x" not in text]
        calls.append((name, said))
        return name

    return call


def other(value, flag):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, list):
        return [*value, "x"]
    is_text = flag.flag_type() == "string"
    return f"{value}x" if is_text else 3


if __name__ == "__main__":
    app.run(main)
