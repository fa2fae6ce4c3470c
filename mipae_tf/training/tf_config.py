"""The environment variable TF_CONFIG, which names the workers of a training."""

import contextlib
import json
import os
import re
from collections.abc import Iterator
from typing import Any

VARIABLE = "TF_CONFIG"
# A chief is worker 0 under another name. TensorFlow knows more, but a training
# in which all do the same has no other part.
PARTS = ("chief", "worker")
EXAMPLE = (
    '{"cluster": {"worker": ["host1:12345", "host2:12345"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


def require_tf_config() -> None:
    """Raises a ValueError in one sentence unless TF_CONFIG names the workers.

    TensorFlow would train alone where it is unset or has no cluster.
    """
    text = os.environ.get(VARIABLE, "")
    try:
        _check(text)
    except ValueError as error:
        given = f"={text[:200]}" if text else ""
        raise ValueError(
            f"--strategy=multi_worker: the environment variable "
            f"{VARIABLE}{given} {error}; it must be such as {EXAMPLE}, with "
            "an index of its own for each process."
        ) from error


@contextlib.contextmanager
def without_tf_config() -> Iterator[None]:
    """Within it, TF_CONFIG is unset.

    TensorFlow parses it for every strategy, and uses it for one.
    """
    kept = os.environ.pop(VARIABLE, None)
    try:
        yield
    finally:
        if kept is not None:
            os.environ[VARIABLE] = kept


def _check(text: str) -> None:
    if not text.strip():
        raise ValueError("is not set")
    try:
        config = json.loads(text)
    except ValueError as error:
        raise ValueError(f"is no JSON ({error})") from error
    cluster, task = (_object(config, name) for name in ("cluster", "task"))
    for part, hosts in cluster.items():
        if part not in PARTS:
            raise ValueError(
                f"has a cluster with {part!r}; allowed are {', '.join(PARTS)}"
            )
        hosts = hosts if isinstance(hosts, list) else []
        if not hosts or not all(map(_is_host, hosts)):
            raise ValueError(f"has {part!r} that is no list of host:port")
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
