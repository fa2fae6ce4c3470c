"""Numbers of results/ as the documentation shows them."""

import functools
import json
import pathlib
import re

import numpy as np

ROOT = pathlib.Path(__file__).parents[1]
RESULTS = ROOT / "results"
FORECAST = "prediction/psnr/forecast"


def seeds(name, count=3):
    return [f"{name}_seed{seed}" for seed in range(count)]


@functools.cache
def metrics(run):
    return json.loads((RESULTS / run / "metrics.json").read_text())


def shown(value, decimals=2, sign=""):
    """Formats a number as in the documents, without a leading zero."""
    text = f"{value:{sign}.{decimals}f}".replace("-", "−")
    return re.sub(r"(?<!\d)0(?=\.)", "", text)


def mean(runs, key, decimals=2):
    """Mean over runs, with the standard deviation if there are several."""
    values = [metrics(run)[key]["value"] for run in runs]
    text = shown(np.mean(values), decimals)
    if len(values) > 1:
        text += f" ± {shown(np.std(values, ddof=1), decimals)}"
    return text


def interval(run, key, decimals=2):
    low, high = metrics(run)[key]["interval"]
    return f"[{shown(low, decimals)}, {shown(high, decimals)}]"


def cells(groups, *keys, decimals=2):
    """One table cell per group of runs, with the means of all keys."""
    return " | ".join(
        ", ".join(mean(runs, key, decimals) for key in keys) for runs in groups
    )


def each(groups, key, decimals=2):
    return ", ".join(mean(runs, key, decimals) for runs in groups)
