"""Runs the programs without importing TensorFlow for each of them."""

import json
import os
import pathlib
import subprocess
import sys
import types

ROOT = pathlib.Path(__file__).parents[1]


class Programs:
    """Runs programs in forks of a server process, see `program_server.py`."""

    def __init__(self) -> None:
        self.server = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "program_server.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def __call__(
        self, program: str, *args: str, kill: tuple[str, int] | None = None
    ) -> types.SimpleNamespace:
        self.server.stdin.write(json.dumps([program, args, kill]) + "\n")
        self.server.stdin.flush()
        answer = json.loads(self.server.stdout.readline())
        return types.SimpleNamespace(**answer)

    def close(self) -> None:
        self.server.stdin.close()
        self.server.wait(timeout=30)
