"""Runs programs in forks of a process that has imported TensorFlow.

Reads lines of JSON `[program, [arguments], kill]`, where the program is a name
or the path of a script, and writes lines of JSON `{"code", "stdout",
"stderr"}`. A fork has no flags yet, like a new process. With `kill`, `[pattern,
lines]`, the fork is killed with SIGKILL as soon as a file that matches the
pattern has this number of lines. With 0 lines, it kills itself while it writes
a checkpoint, as soon as such a file exists.
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

KILL_WHILE_SAVING = 0
PROGRAMS = ("train", "evaluate", "compare", "predict", "export")


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    for name in ("training.job", "evaluation", "serving.forecast_video"):
        importlib.import_module(f"mipae_tf.{name}")
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
        if kill and kill[1] == KILL_WHILE_SAVING:
            die_while_saving(kill[0])
        code = run_here(program, args)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    watched = kill and kill[1] != KILL_WHILE_SAVING
    status = wait_for(child, *kill) if watched else os.waitpid(child, 0)[1]
    texts = {name: (folder / name).read_text() for name in names}
    return {"code": os.waitstatus_to_exitcode(status), **texts}


def wait_for(child: int, pattern: str, lines: int) -> int:
    """Kills a child as soon as the file has the lines; returns its status."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        for path in glob.glob(pattern):
            if pathlib.Path(path).read_text().count("\n") >= lines:
                os.kill(child, signal.SIGKILL)
        time.sleep(0.0005)


def die_while_saving(pattern: str) -> None:
    """Makes this process kill itself between steps of writing a checkpoint.

    These steps take less than a millisecond: temporary files are merged, then
    the checkpoint is added to the list.
    """
    from tensorflow.python.checkpoint import checkpoint_management
    from tensorflow.python.ops import gen_io_ops

    def kill_before(owner: types.ModuleType, name: str) -> None:
        step = getattr(owner, name)

        def wrapped(*args, **kwargs):
            if glob.glob(pattern):
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*args, **kwargs)

        setattr(owner, name, wrapped)

    kill_before(gen_io_ops, "merge_v2_checkpoints")
    kill_before(checkpoint_management, "update_checkpoint_state_internal")


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
