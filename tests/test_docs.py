"""Pages of models name functions that exist."""

import pathlib
import pkgutil
import re

import pytest

from mipae_tf.models import MODELS

DOCS = pathlib.Path(__file__).parents[1] / "docs"
PAGES = sorted((DOCS / "models").glob("*.md"))
NAME = re.compile(r"`(mipae_tf(?:\.\w+)+)`")
CODE = re.compile(r"`(mipae_tf/[\w/.]+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_names_exists(page):
    text = page.read_text()
    names, paths = NAME.findall(text), CODE.findall(text)
    assert names
    for name in names:
        pkgutil.resolve_name(name)  # raises for what does not exist
    for path in paths:
        assert (DOCS.parent / path).exists(), path


def test_every_equation_of_mipae_is_beside_its_function():
    text = (DOCS / "models" / "mipae.md").read_text()
    rows = re.findall(r"^\| (\d) \|.*\| (.*) \|$", text, re.MULTILINE)
    assert [number for number, _ in rows] == list("12345678")
    for number, computed_by in rows:
        names = NAME.findall(computed_by)
        assert names, f"equation {number} has no function"
        assert all(callable(pkgutil.resolve_name(name)) for name in names)


def test_the_worked_example_is_the_code_of_the_toy():
    page = (DOCS / "add_a_model.md").read_text()
    toy = DOCS.parent / "tests" / "models" / "guests" / "goal.py"
    lines = set(toy.read_text().splitlines())
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    shown = [line for block in blocks for line in block.splitlines()]
    assert len(shown) > 20
    assert {x for x in shown if x.strip() != "..."} <= lines


def test_every_model_of_the_library_has_a_page():
    titles = [page.read_text().splitlines()[0] for page in PAGES]
    named = {name.strip() for title in titles for name in title[2:].split(",")}
    assert named == {name for name in MODELS if not name.startswith("toy_")}
