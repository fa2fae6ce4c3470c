"""The configuration that runs of one row share: everything but the seed."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from mipae_tf.models import MODELS
from mipae_tf.training import TrainingOptions

# Flags of `train` that do not change what a run learns, and the seed: runs that
# differ in these alone have one configuration.
EXECUTION_FLAGS = {"run_dir", "seed"} | {
    field.name
    for field in dataclasses.fields(TrainingOptions)
    if not field.metadata["identity"]
}


def configuration_of(
    config: Mapping[str, Any] | None, flags: str, protocol: Mapping[str, Any]
) -> tuple[dict[str, Any], str]:
    """Everything that determines what a run learns, except its seed.

    Args:
        config: what `config.json` holds, None where there is none.
        flags: text of `flags.cfg`, empty where there is none.
        protocol: that of `metrics.json`, empty where there is none.

    Returns:
        Values by name, the same for a run folder and for its flags alone; and
        the name of the preset of hyper-parameters that the run started from.

    Raises:
        KeyError, TypeError, ValueError: for a config without a model, or a
            flag that is no value of its type.
    """
    given = _parse(flags)
    if config is not None:
        model, preset = config["model"], config.get("protocol", "default")
        dataset, train_clips = config.get("dataset"), config.get("train_clips")
        values = _defaults(model, "default")
        for name, value in config["config"].items():
            whole = isinstance(values.get(name), float) and value is not None
            values[name] = float(value) if whole else value  # 1 is 1.0
        given = {k: v for k, v in given.items() if k == "init_from"}
    else:
        model = given.pop("model", None) or protocol["model"]
        preset = given.pop("protocol", None) or protocol.get("protocol", "")
        dataset = given.pop("dataset", None) or protocol.get("dataset")
        train_clips = given.pop("train_clips", None)
        train_clips = None if train_clips is None else int(train_clips)
        values = _defaults(model, preset)
    for name, text in given.items():
        values[name] = _typed(model, name, text)
    own = {"model": model, "dataset": dataset, "train_clips": train_clips}
    return {**own, **values}, preset


def _parse(flags: str) -> dict[str, str]:
    """Flags of a flagfile by name, without `EXECUTION_FLAGS`."""
    lines = [line.strip().lstrip("-") for line in flags.splitlines()]
    pairs = [line.partition("=") for line in lines if line and line[0] != "#"]
    return {
        name: text for name, _, text in pairs if name not in EXECUTION_FLAGS
    }


def _defaults(model: str, preset: str) -> dict[str, Any]:
    """A model's hyper-parameters; none for an unknown model."""
    if model not in MODELS:
        return {}
    config = MODELS[model].config
    fields = {f.name: f.default for f in dataclasses.fields(config)}
    return {**fields, **config.PROTOCOLS.get(preset, {})}


def _typed(model: str, name: str, text: str) -> Any:
    """A hyper-parameter in its own type, any other flag as text."""
    known = _defaults(model, "default")
    if name not in known:
        return text
    if isinstance(known[name], bool):
        return text.lower() in ("", "true", "1")
    return type(known[name])(text)
