"""Console scripts of the programs, such as `mipae-train`.

`mipae-train` is equivalent to `python -m mipae_tf.train`.
"""

import runpy


def _run(program: str) -> None:
    runpy.run_module(f"mipae_tf.{program}", run_name="__main__", alter_sys=True)


def train() -> None:
    """Runs `mipae_tf.train`."""
    _run("train")


def evaluate() -> None:
    """Runs `mipae_tf.evaluate`."""
    _run("evaluate")


def compare() -> None:
    """Runs `mipae_tf.compare`."""
    _run("compare")


def predict() -> None:
    """Runs `mipae_tf.predict`."""
    _run("predict")


def inspect() -> None:
    """Runs `mipae_tf.inspect`."""
    _run("inspect")


def export() -> None:
    """Runs `mipae_tf.export`."""
    _run("export")
