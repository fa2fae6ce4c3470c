"""Each flagfile in configs/ has valid flags and a complete header."""

import dataclasses
import pathlib

import pytest

from mipae_tf.data.datasets import BUILDERS
from mipae_tf.models import config_class
from mipae_tf.objectives.mi_bounds import BOUNDS
from mipae_tf.training import TrainingOptions

ROOT = pathlib.Path(__file__).parents[1]
CONFIGS = sorted((ROOT / "configs").rglob("*.cfg"))


def read(path: pathlib.Path) -> tuple[list[str], dict[str, str]]:
    lines = path.read_text().splitlines()
    header = [line for line in lines if line.startswith("#")]
    flags = [line for line in lines if line and not line.startswith("#")]
    assert all(flag.startswith("--") for flag in flags)
    return header, dict(flag[2:].split("=", 1) for flag in flags)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_flagfile(path):
    header, flags = read(path)
    command = f"--flagfile={path.relative_to(ROOT)}"
    assert any(command in line for line in header)
    text = " ".join(line.lstrip("# ") for line in header)
    assert "Hardware: " in text and "Score: " in text
    assert "not yet run" not in text.lower() or path.parent.name == "paper"
    model = config_class(flags.pop("model"))
    protocol = flags.pop("protocol", "default")
    name, _, config = flags["dataset"].partition("/")
    assert config in BUILDERS[name].builder_configs
    fields = {f.name: f for f in dataclasses.fields(TrainingOptions)}
    own = {f.name: f for f in dataclasses.fields(model)}
    others = set(flags) - set(own) - set(fields)
    assert others <= {"dataset", "run_dir"}
    model.resolve(protocol, _values(flags, own))
    TrainingOptions(**_values(flags, fields))


def _values(flags, fields):
    return {
        key: fields[key].metadata["type"](value)
        for key, value in flags.items()
        if key in fields
    }


def test_the_page_of_mipae_lists_every_bound():
    page = (ROOT / "docs" / "models" / "mipae.md").read_text()
    assert all(f"| `{bound}`" in page for bound in BOUNDS)
