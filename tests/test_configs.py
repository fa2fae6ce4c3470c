"""Every flagfile in configs/ names what exists."""

import pathlib

import pytest

from mipae_tf.cli.flags import hyperparameters
from mipae_tf.data.datasets import BUILDERS
from mipae_tf.models import config_class
from mipae_tf.objectives.mi_bounds import BOUNDS
from mipae_tf.train import OWN

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
    model = config_class(flags.pop("model"))
    protocol = flags.pop("protocol", "default")
    name, _, config = flags["dataset"].partition("/")
    assert config in BUILDERS[name].builder_configs
    fields = hyperparameters()
    given = {
        key: type(next(iter(fields[key].values())).default)(value)
        for key, value in flags.items()
        if key not in OWN
    }
    model.resolve(protocol, given)


def test_readme_has_every_bound():
    readme = (ROOT / "README.md").read_text()
    assert all(f"| `{bound}`" in readme for bound in BOUNDS)
