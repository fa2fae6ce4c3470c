import json
import os

import pytest
import tensorflow as tf

from mipae_tf.training.strategies import make_strategy
from mipae_tf.training.tf_config import require_tf_config

WORKERS = {"worker": ["localhost:12345", "localhost:12346"]}


def config(cluster=WORKERS, **task):
    return json.dumps({"cluster": cluster, "task": task})


GOOD = config(type="worker", index=1)
BAD = [
    (None, "TF_CONFIG is not set"),
    ("", "TF_CONFIG is not set"),
    (GOOD[:30], "is not valid JSON"),
    ("[]", "has no cluster"),
    ("3", "has no cluster"),
    (json.dumps({"task": {"type": "worker", "index": 0}}), "has no cluster"),
    (json.dumps({"cluster": WORKERS}), "has no task"),
    (config(), "has no task"),
    (config(index=0), "a task of type None; its cluster has worker"),
    (config(type="worker"), "a task whose index is None"),
    (config(type="worker", index=2), "index 2; its cluster has worker 0 to 1"),
    (config(type="worker", index=-1), "a task whose index is -1"),
    (config(type="worker", index="first"), "a task whose index is 'first'"),
    (config(type="worker", index=True), "a task whose index is True"),
    (config(type="boss", index=0), "a task of type 'boss'; its cluster has"),
    (config({"ps": ["a:1"]}, type="ps", index=0), "a cluster with 'ps'"),
    (config({"worker": "a:1"}, type="worker", index=0), "not a list of host"),
    (config({"worker": ["a"]}, type="worker", index=0), "not a list of host"),
    (config({"worker": []}, type="worker", index=0), "not a list of host"),
]


@pytest.fixture
def given(monkeypatch):
    def give(text):
        monkeypatch.delenv("TF_CONFIG", raising=False)
        if text is not None:
            monkeypatch.setenv("TF_CONFIG", text)

    return give


@pytest.mark.parametrize("text, message", BAD)
def test_the_error_names_the_fault_and_gives_an_example(given, text, message):
    given(text)
    with pytest.raises(ValueError) as refused:
        make_strategy("multi_worker")
    said = str(refused.value)
    assert said.startswith("--strategy=multi_worker: the environment variable")
    assert "TF_CONFIG" in said and message in said
    assert '"task": {"type": "worker", "index": 0}}' in said


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        config(type="worker", index="1"),
        config({"chief": ["a:1"], **WORKERS}, type="chief", index=0),
        config({"worker": ["[::1]:80"]}, type="worker", index=0),
    ],
)
def test_a_valid_config_is_accepted(given, text):
    given(text)
    require_tf_config()


@pytest.mark.parametrize("name", ["none", "auto", "mirrored"])
def test_other_strategies_ignore_it(given, name):
    given(GOOD[:30])
    strategy = make_strategy(name)
    assert isinstance(strategy, tf.distribute.Strategy)
    assert os.environ["TF_CONFIG"] == GOOD[:30]
