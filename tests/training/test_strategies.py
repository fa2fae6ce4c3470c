import pathlib
import subprocess
import sys
from unittest.mock import Mock

import pytest
import tensorflow as tf

from mipae_tf.training import make_strategy
from mipae_tf.training.strategies import device_name
from mipae_tf.training.strategies import emulates_bfloat16

SCRIPT = pathlib.Path(__file__).parent / "two_replicas.py"


def test_strategies_by_name():
    assert make_strategy("none").num_replicas_in_sync == 1
    assert isinstance(make_strategy("mirrored"), tf.distribute.MirroredStrategy)
    with pytest.raises(ValueError, match="--strategy=tpu is unknown; allowed"):
        make_strategy("tpu")


@pytest.mark.parametrize(
    "flags, emulated",
    [
        ("sse2 avx2", True),
        ("sse2 amx_bf16 avx2", False),
        ("sse2 avx512_bf16", False),
        ("asimd bf16", False),
    ],
)
def test_a_processor_without_bfloat16_is_detected(tmp_path, flags, emulated):
    info = tmp_path / "cpuinfo"
    assert not emulates_bfloat16(info)  # there is no such file
    info.write_text(f"processor\t: 0\nflags\t\t: fpu {flags}\n")
    assert emulates_bfloat16(info) == emulated


def test_the_name_of_a_processor(tmp_path, monkeypatch):
    info = tmp_path / "cpuinfo"
    cpu, bare = (lambda: device_name(make_strategy("none"), info)), "some_cpu"
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 3})
    monkeypatch.setattr("platform.processor", lambda: bare)
    assert cpu() == "some_cpu, 2 cores"  # there is no such file
    info.write_text("processor\t: 0\nmodel name\t: EPYC: 7\nflags\t: a\n")
    assert cpu() == "EPYC: 7, 2 cores"
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {3})
    assert cpu() == "EPYC: 7, 1 core"


@pytest.mark.parametrize("replicas, named", [(1, "A"), (2, "A, GPU")])
def test_the_names_of_gpus(monkeypatch, replicas, named):
    """One name per replica; GPU if the device has no name."""
    details = {"first": {"device_name": "A"}, "second": {}}
    monkeypatch.setattr(
        tf.config, "get_visible_devices", lambda kind: list(details)
    )
    monkeypatch.setattr(
        tf.config.experimental, "get_device_details", details.get
    )
    strategy = Mock(num_replicas_in_sync=replicas)
    assert device_name(strategy) == named


@pytest.mark.slow
def test_two_replicas_give_the_weights_of_one_device(tmp_path):
    """In a separate process, since devices are configured once per process."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "replicas 2" in done.stdout
