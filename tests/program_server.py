"""Runs programs in forks of one process that has imported TensorFlow once.

Reads a line of JSON `[program, [arguments], kill]`, where the program is a
name or the path of a script, writes a line of JSON `{"code", "stdout",
"stderr"}`. A fork knows no flags yet, as a fresh process would. With `kill`,
`[pattern, lines]`, it gets SIGKILL as soon as a path that matches the pattern
has so many lines. With 0 lines it kills itself within the writing of a
checkpoint: between two of TensorFlow's steps of that, as soon as such a path
exists.
"""

import glob
import importlib
import json
import os
import pathlib
import runpy
import signal
import sys
import tempfile
import time
import types

WHILE_SAVING = 0
PROGRAMS = ("train", "evaluate", "compare", "predict", "export")


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    for room in ("training.job", "evaluation", "serving.forecast_video"):
        importlib.import_module(f"mipae_tf.{room}")
    for line in sys.stdin:
        program, args, kill = json.loads(line)
        with tempfile.TemporaryDirectory() as folder:
            answer = run_fork(program, args, pathlib.Path(folder), kill)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def run_fork(
    program: str, args: list[str], folder: pathlib.Path, kill: list | None
) -> dict:
    names = ("stdout", "stderr")
    child = os.fork()
    if child == 0:
        for descriptor, name in enumerate(names, start=1):
            target = os.open(folder / name, os.O_CREAT | os.O_WRONLY)
            os.dup2(target, descriptor)
        if kill and kill[1] == WHILE_SAVING:
            die_while_saving(kill[0])
        code = run_here(program, args)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    watched = kill and kill[1] != WHILE_SAVING
    status = wait_for(child, *kill) if watched else os.waitpid(child, 0)[1]
    texts = {name: (folder / name).read_text() for name in names}
    return {"code": os.waitstatus_to_exitcode(status), **texts}


def wait_for(child: int, pattern: str, lines: int) -> int:
    """Status of a child that is killed once there is what it waits for."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        for path in glob.glob(pattern):
            if pathlib.Path(path).read_text().count("\n") >= lines:
                os.kill(child, signal.SIGKILL)
        time.sleep(0.0005)


def die_while_saving(pattern: str) -> None:
    """Lets this process die between the steps of writing a checkpoint.

    Seen from outside, these last less than a millisecond. What is written
    aside is merged, then the new checkpoint is entered in the list.
    """
    from tensorflow.python.checkpoint import checkpoint_management
    from tensorflow.python.ops import gen_io_ops

    def let_die_before(owner: types.ModuleType, name: str) -> None:
        step = getattr(owner, name)

        def mortal(*args, **kwargs):
            if glob.glob(pattern):
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*args, **kwargs)

        setattr(owner, name, mortal)

    let_die_before(gen_io_ops, "merge_v2_checkpoints")
    let_die_before(checkpoint_management, "update_checkpoint_state_internal")


def run_here(program: str, args: list[str]) -> int:
    module = program in PROGRAMS
    sys.argv = [f"mipae_tf/{program}.py" if module else program, *args]
    try:
        if module:
            runpy.run_module(f"mipae_tf.{program}", run_name="__main__")
        else:
            runpy.run_path(program, run_name="__main__")
    except SystemExit as error:
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
            return 1
        return error.code or 0
    except BaseException:
        import traceback

        traceback.print_exc()
        return 70
    return 0


if __name__ == "__main__":
    main()
