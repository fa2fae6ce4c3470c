"""Training with two workers, compared with one process."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

SCRIPT = pathlib.Path(__file__).parent / "one_worker.py"

pytestmark = pytest.mark.slow


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("localhost", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start(run_dir, strategy="multi_worker", model="mipae", **environment):
    """Starts worker processes: one for --strategy=none, otherwise two."""
    if strategy == "none":
        configs = [{}]
    else:
        hosts = [f"localhost:{port}" for port in free_ports(2)]
        configs = [
            {
                "cluster": {"worker": hosts},
                "task": {"type": "worker", "index": index},
            }
            for index in range(2)
        ]
    return [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), strategy, model, str(run_dir)],
            env={
                **os.environ,
                **({"TF_CONFIG": json.dumps(config)} if config else {}),
                **environment.get(f"worker_{index}", {}),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for index, config in enumerate(configs)
    ]


def finish(workers, seconds=500):
    try:
        said = [worker.communicate(timeout=seconds)[0] for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    for worker, text in zip(workers, said, strict=True):
        assert worker.returncode == 0, text[-3000:]
    return said


def weights(run_dir):
    """The model weights in the newest checkpoint of each stage."""
    found = {}
    for stage in sorted((run_dir / "checkpoints").iterdir()):
        reader = tf.train.load_checkpoint(str(stage / "newest"))
        for name in reader.get_variable_to_shape_map():
            if name.startswith("model/v"):
                found[stage.name, name] = reader.get_tensor(name)
    return found


def assert_same(one, other, tolerance):
    """Checks that weights agree, but for a few whose gradient is near zero.

    Adam divides a gradient by its size: where it is near zero, the order in
    which replicas are added changes its sign, and the weight moves the other
    way. A wrong mean over replicas would change most weights.
    """
    one, other = weights(one), weights(other)
    assert one.keys() == other.keys() and len(one) > 20
    for name, value in other.items():
        error = np.abs(one[name].astype(np.float64) - value)
        if error.size:
            assert np.quantile(error, 0.95) <= tolerance, name
            assert error.max() <= 100 * tolerance, name


@pytest.mark.parametrize("model", ["mipae", "drnet"])
def test_two_workers_give_the_weights_of_one_device(tmp_path, model):
    """After 20 steps of each stage."""
    finish(start(tmp_path / "one", "none", model))
    finish(start(tmp_path / "two", "multi_worker", model))
    assert_same(tmp_path / "two", tmp_path / "one", 1e-5)
    second = tmp_path / "two" / "workers" / "worker-1"
    assert_same(second, tmp_path / "two", 0)


def test_a_worker_that_was_killed_rejoins_from_the_checkpoint(tmp_path):
    finish(start(tmp_path / "whole"))
    workers = start(tmp_path / "cut", worker_1={"DIE_AT": "12"})
    assert workers[1].wait(300) == -signal.SIGKILL
    try:  # the other worker cannot continue alone
        assert workers[0].wait(120) != 0
    except subprocess.TimeoutExpired:
        workers[0].kill()
    said = finish(start(tmp_path / "cut"))
    assert all("resumes from step 10 of 20" in text for text in said)
    assert_same(tmp_path / "cut", tmp_path / "whole", 0)
