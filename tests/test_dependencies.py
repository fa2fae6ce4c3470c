"""pyproject.toml gives ranges of dependencies, requirements.txt pins them."""

import pathlib
import re
import tomllib

from packaging.requirements import Requirement

ROOT = pathlib.Path(__file__).parents[1]


def test_every_dependency_is_pinned_within_its_range():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    ranges = map(Requirement, sum(extras, project["dependencies"]))
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = map(Requirement, filter(re.compile(r"\w").match, lines))
    pinned = {pin.name: str(pin.specifier).removeprefix("==") for pin in pins}
    for each in ranges:
        assert each.specifier.contains(pinned.pop(each.name)), each
    assert not pinned
