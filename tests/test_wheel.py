"""Tests of the wheel, installed outside the checkout."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
# Sources of the wheel, which are copied because setuptools writes beside them.
SOURCES = ("mipae_tf", "data_builders", "setup.py", "pyproject.toml")
SOURCES += ("README.md", "LICENSE")

pytestmark = pytest.mark.slow

SCRIPT = """
import pathlib
import numpy as np
import mipae_tf
from mipae_tf.data.datasets import BUILDERS, open_builder
import mipae_tf.data_builders.all

package = pathlib.Path(mipae_tf.__file__).parent
assert package.parent.name == "site", package
for name, builder in BUILDERS.items():
    assert builder.code_path.parent == package / "data_builders" / name
    description = builder(data_dir="data").info.description
    assert len(description) > 100, description
assert BUILDERS["moving_mnist"].url_infos
scene = open_builder("moving_dsprites/quickstart", "data").scene()
print(scene.clip("test", 0)[1]["video"].shape)
"""


def run(*command, cwd, **environment):
    done = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the installed wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "-w", folder, source, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    run(*pip, "install", "--no-deps", "--target", target, wheel, cwd=folder)
    return target


@pytest.fixture
def elsewhere(tmp_path):
    """A working directory with another `data_builders` package."""
    decoy = tmp_path / "data_builders"
    decoy.mkdir()
    (decoy / "__init__.py").write_text("raise RuntimeError('a decoy')\n")
    return tmp_path


def test_the_wheel_installs_one_package(site):
    names = {
        path.name for path in site.iterdir() if path.suffix != ".dist-info"
    }
    assert names == {"mipae_tf", "bin"}  # with the console scripts
    files = {
        str(path.relative_to(ROOT / "data_builders"))
        for path in (ROOT / "data_builders").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    installed = site / "mipae_tf" / "data_builders"
    missing = [name for name in files if not (installed / name).is_file()]
    assert not missing


def test_a_folder_of_the_same_name_does_not_shadow_the_builders(
    site, elsewhere
):
    # The working directory comes first, as for any script.
    paths = f"{elsewhere}{os.pathsep}{site}"
    said = run("-c", SCRIPT, cwd=elsewhere, PYTHONPATH=paths)
    assert said == "(20, 64, 64, 3)\n"


def test_tfds_builds_from_the_checkout(site, elsewhere):
    """With Beam in several processes and the installed library."""
    config = '{"name": "mine", "num_frames": 2, "beam_above": 1, '
    config += '"train_clips": 4, "validation_clips": 2, "test_clips": 2}'
    run(
        *("-m", "tensorflow_datasets.scripts.cli.main", "build"),
        ROOT / "data_builders" / "moving_dsprites",
        *("--config", config, "--data_dir", elsewhere / "data"),
        "--beam_pipeline_options=direct_num_workers=2,"
        "direct_running_mode=multi_processing",
        cwd=elsewhere,
        PYTHONPATH=f"{elsewhere}{os.pathsep}{site}",
    )
    (built,) = (elsewhere / "data" / "moving_dsprites" / "mine").iterdir()
    assert (built / "dataset_info.json").is_file()


@pytest.mark.parametrize(
    "program", ["train", "evaluate", "compare", "predict", "export", "inspect"]
)
def test_programs_are_console_scripts(site, elsewhere, program):
    script = site / "bin" / f"mipae-{program}"
    shown = run(script, "--help", cwd=elsewhere, PYTHONPATH=str(site))
    asked = ("-m", f"mipae_tf.{program}", "--help")
    assert shown == run(*asked, cwd=elsewhere, PYTHONPATH=str(site))
    assert f"python -m mipae_tf.{program}" in shown
