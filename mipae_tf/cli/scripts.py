"""Console scripts of the programs, such as `mipae-train`.

`mipae-train` is equivalent to `python -m mipae_tf.train`.
"""

import functools
import runpy


def _run(program: str) -> None:
    runpy.run_module(f"mipae_tf.{program}", run_name="__main__", alter_sys=True)


train = functools.partial(_run, "train")
evaluate = functools.partial(_run, "evaluate")
compare = functools.partial(_run, "compare")
predict = functools.partial(_run, "predict")
export = functools.partial(_run, "export")
inspect = functools.partial(_run, "inspect")
