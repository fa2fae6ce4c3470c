"""The names, paths and links in the documentation exist."""

import pathlib
import pkgutil
import re

import pytest

from mipae_tf.models import MODELS

ROOT = pathlib.Path(__file__).parents[1]
DOCS = ROOT / "docs"
MODEL_PAGES = sorted((DOCS / "models").glob("*.md"))
FOLDERS = ("docs", "data_builders", "results")
PAGES = sorted(ROOT.glob("*.md")) + sorted(
    page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md")
)
# Dotted names, such as those of functions and of programs.
NAME = re.compile(r"(?<![\w./])mipae_tf(?:\.[A-Za-z_]\w*)+")
# Paths from the root of the repository; * is a glob.
TOP = "mipae_tf|docs|data_builders|configs|benchmarks|results|tests"
PATH = re.compile(rf"(?<![\w./-])(?:{TOP})/[\w/.*-]*[\w/*]")
CODE = re.compile(r"`([\w./-]+/[\w.-]+\.py)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#([\w-]+))?\)")
# Words in paths that stand for something else, and the examples of the recipes.
PLACEHOLDER = re.compile(r"[A-Z]{4,}(?!\.md)|falling_dot|foreground")


@pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: str(page.relative_to(ROOT))
)
def test_names_paths_and_links_of_a_page_exist(page):
    text = page.read_text()
    for name in set(NAME.findall(text)):
        pkgutil.resolve_name(name)  # raises an error if it does not exist
    for path in {*PATH.findall(text), *CODE.findall(text)}:
        if not PLACEHOLDER.search(path):
            assert list(ROOT.glob(path)), f"{page}: {path}"
    for target, heading in LINK.findall(text):
        if "://" in target:
            continue
        linked = (page.parent / target).resolve()
        assert linked.exists(), f"{page}: {target}"
        if heading:
            assert heading in headings_of(linked), f"{page}: #{heading}"


def headings_of(page):
    """The anchors of the headings of a page on GitHub."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")
        for title in titles
    }


@pytest.mark.parametrize("page", MODEL_PAGES, ids=lambda page: page.stem)
def test_the_page_of_a_model_names_its_functions(page):
    assert NAME.findall(page.read_text())


def test_every_page_can_be_reached_from_the_readme():
    linked, queue = set(), [ROOT / "README.md"]
    while queue:
        page = queue.pop()
        if page in linked or page.suffix != ".md" or not page.exists():
            continue
        linked.add(page)
        targets = [target for target, _ in LINK.findall(page.read_text())]
        queue += [(page.parent / target).resolve() for target in targets]
    alone = set(PAGES) - linked
    assert not {page for page in alone if page.parent.name != "dummy_data"}


def test_every_equation_of_mipae_has_a_function():
    text = (DOCS / "models" / "mipae.md").read_text()
    rows = re.findall(r"^\| (\d) \|.*\| (.*) \|$", text, re.MULTILINE)
    assert [number for number, _ in rows] == list("12345678")
    for number, computed_by in rows:
        names = NAME.findall(computed_by)
        assert names, f"equation {number} has no function"
        assert all(callable(pkgutil.resolve_name(name)) for name in names)


def test_the_worked_example_is_the_code_of_the_toy_model():
    page = (DOCS / "add_a_model.md").read_text()
    toy = DOCS.parent / "tests" / "models" / "guests" / "goal.py"
    lines = set(toy.read_text().splitlines())
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    shown = [line for block in blocks for line in block.splitlines()]
    assert len(shown) > 20
    assert {x for x in shown if x.strip() != "..."} <= lines


def test_every_model_of_the_library_has_a_page():
    titles = [page.read_text().splitlines()[0] for page in MODEL_PAGES]
    named = {name.strip() for title in titles for name in title[2:].split(",")}
    assert named == {name for name in MODELS if not name.startswith("toy_")}
