"""Checks of TF_CONFIG, the environment variable that lists the workers."""

import contextlib
import json
import os
import re
from collections.abc import Iterator
from typing import Any

TF_CONFIG = "TF_CONFIG"
# A chief is worker 0 under another name. The other task types of TensorFlow do
# not exist in synchronous training.
TASK_TYPES = ("chief", "worker")
EXAMPLE_CONFIG = (
    '{"cluster": {"worker": ["host1:12345", "host2:12345"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


def require_tf_config() -> None:
    """Raises a ValueError unless TF_CONFIG lists the workers.

    If it is unset or has no cluster, TensorFlow would train on one worker.
    """
    text = os.environ.get(TF_CONFIG, "")
    try:
        _check(text)
    except ValueError as error:
        given = f"={text[:200]}" if text else ""
        raise ValueError(
            f"--strategy=multi_worker: the environment variable "
            f"{TF_CONFIG}{given} {error}; it must be like {EXAMPLE_CONFIG}, "
            "with a different index for each process."
        ) from error


@contextlib.contextmanager
def without_tf_config() -> Iterator[None]:
    """Context manager that unsets TF_CONFIG.

    TensorFlow parses it for every strategy, even if it does not use it.
    """
    kept = os.environ.pop(TF_CONFIG, None)
    try:
        yield
    finally:
        if kept is not None:
            os.environ[TF_CONFIG] = kept


def _check(text: str) -> None:
    if not text.strip():
        raise ValueError("is not set")
    try:
        config = json.loads(text)
    except ValueError as error:
        raise ValueError(f"is not valid JSON ({error})") from error
    cluster, task = (_object(config, name) for name in ("cluster", "task"))
    for part, hosts in cluster.items():
        if part not in TASK_TYPES:
            raise ValueError(
                f"has a cluster with {part!r}; allowed are "
                f"{', '.join(TASK_TYPES)}"
            )
        hosts = hosts if isinstance(hosts, list) else []
        if not hosts or not all(map(_is_host, hosts)):
            raise ValueError(f"has a {part!r} that is not a list of host:port")
    kind, index = task.get("type"), task.get("index")
    if kind not in cluster:
        raise ValueError(
            f"has a task of type {kind!r}; its cluster has "
            f"{', '.join(cluster) or 'none'}"
        )
    if not re.fullmatch(r"\d+", str(index)):
        raise ValueError(f"has a task whose index is {index!r}")
    most = len(cluster[kind]) - 1
    if int(index) > most:
        raise ValueError(
            f"has a task of index {index}; its cluster has {kind} 0 to {most}"
        )


def _object(config: Any, name: str) -> dict:
    found = config.get(name) if isinstance(config, dict) else None
    if not isinstance(found, dict) or not found:
        raise ValueError(f"has no {name}")
    return found


def _is_host(text: Any) -> bool:
    found = isinstance(text, str) and re.fullmatch(r"\S+:(\d{1,5})", text)
    return bool(found) and 0 < int(found[1]) < 65_536
