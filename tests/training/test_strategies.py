import pathlib
import subprocess
import sys

import pytest
import tensorflow as tf

from mipae_tf.training import make_strategy

SCRIPT = pathlib.Path(__file__).parent / "two_replicas.py"


def test_strategies_by_name():
    assert make_strategy("none").num_replicas_in_sync == 1
    assert isinstance(make_strategy("mirrored"), tf.distribute.MirroredStrategy)
    with pytest.raises(ValueError, match="--strategy=tpu is unknown; allowed"):
        make_strategy("tpu")


@pytest.mark.slow
def test_two_replicas_learn_what_one_device_learns(tmp_path):
    """In a process of its own, since devices are made once per process."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "replicas 2" in done.stdout
