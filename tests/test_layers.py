"""A room imports only from floors below it, or from itself."""

import ast
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
# From the lowest floor up.
ROOMS = (
    ("data_builders",),
    ("version", "files", "pixels", "limits", "keras_settings"),
    ("options",),
    ("cli",),
    ("data", "visual", "networks", "objectives"),
    ("models", "metrics"),
    ("judging",),
    ("runs",),
    ("training", "evaluation", "serving"),
    ("comparison",),
    ("train", "evaluate", "compare", "predict", "export"),
)
FLOORS = {
    f"mipae_tf.{room}": floor
    for floor, rooms in enumerate(ROOMS)
    for room in rooms
} | {"mipae_tf": len(ROOMS)}
FILES = sorted(
    path
    for room in ("mipae_tf", "data_builders")
    for path in (ROOT / room).rglob("*.py")
)


def room_of(module: str) -> str:
    """The longest name of a room that the module's name begins with."""
    parts = module.split(".")
    names = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next(name for name in names if name in FLOORS)


def imports_of(path: pathlib.Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by dots"
            submodules = {f"{node.module}.{a.name}" for a in node.names}
            found |= submodules & set(FLOORS) or {node.module}
    roots = {name.split(".")[0] for name in found}
    assert "data_builders" not in roots, f"{path}: a user's may shadow it"
    return {name for name in found if name.split(".")[0] == "mipae_tf"}


@pytest.mark.parametrize(
    "path", FILES, ids=lambda path: str(path.relative_to(ROOT))
)
def test_imports_go_down(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    if module.startswith("data_builders"):
        module = f"mipae_tf.{module}"
    here = room_of(module.removesuffix(".__init__"))
    for name in imports_of(path):
        there = room_of(name)
        assert there == here or FLOORS[there] < FLOORS[here], (
            f"{module} ({here}) imports {name} ({there})"
        )
