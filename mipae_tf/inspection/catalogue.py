"""Lists of models, datasets and configs."""

import pathlib
from collections.abc import Sequence

from mipae_tf.data.datasets import BUILDERS
from mipae_tf.models import MODELS


def catalogue(configs: str | pathlib.Path = "configs") -> str:
    """Text that lists what `--model`, `--dataset` and `--flagfile` take.

    Args:
        configs: folder of flagfiles; left out if it does not exist.
    """
    models = [
        (name, f"{row.title}. {row.about}") for name, row in MODELS.items()
    ]
    datasets = [
        (f"{name}/{config.name}", config.description or "")
        for name, builder in BUILDERS.items()
        for config in builder.BUILDER_CONFIGS
    ]
    files = sorted(pathlib.Path(configs).rglob("*.cfg"))
    sections = {
        "Models (--model=NAME; with --help, its hyper-parameters)": models,
        "Datasets (--dataset=NAME; inspect --dataset=NAME shows one)": datasets,
        "Configs (--flagfile=FILE)": [(str(f), _header(f)) for f in files],
    }
    return "\n\n".join(
        f"{title}\n\n{_columns(rows)}"
        for title, rows in sections.items()
        if rows
    )


def _header(path: pathlib.Path) -> str:
    """The first comment of a flagfile."""
    for line in path.read_text().splitlines():
        if line.startswith("#") and line.strip("# "):
            return line.strip("# ")
    return ""


def _columns(rows: Sequence[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name.ljust(width)}  {about}".rstrip() for name, about in rows]
    return "\n".join(lines)
