"""A package imports only from itself and from packages of lower layers."""

import ast
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
# From the lowest layer to the highest.
LAYERS = (
    ("version", "files", "pixels", "limits", "keras_settings"),
    ("data_builders",),
    ("options",),
    ("cli",),
    ("data", "visual", "networks", "objectives"),
    ("models", "metrics"),
    ("judging",),
    ("runs",),
    ("training", "evaluation", "serving", "inspection"),
    ("comparison",),
    ("train", "evaluate", "compare", "predict", "export", "inspect"),
)
LAYER_OF = {
    f"mipae_tf.{package}": layer
    for layer, packages in enumerate(LAYERS)
    for package in packages
} | {"mipae_tf": len(LAYERS)}
FILES = sorted(
    path
    for root in ("mipae_tf", "data_builders")
    for path in (ROOT / root).rglob("*.py")
)


def package_of(module: str) -> str:
    """The package of a module: its longest known prefix."""
    parts = module.split(".")
    names = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next(name for name in names if name in LAYER_OF)


def imports_of(path: pathlib.Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by dots"
            submodules = {f"{node.module}.{a.name}" for a in node.names}
            found |= submodules & set(LAYER_OF) or {node.module}
    roots = {name.split(".")[0] for name in found}
    assert "data_builders" not in roots, f"{path}: another one may shadow it"
    return {name for name in found if name.split(".")[0] == "mipae_tf"}


@pytest.mark.parametrize(
    "path", FILES, ids=lambda path: str(path.relative_to(ROOT))
)
def test_imports_are_from_lower_layers(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    if module.startswith("data_builders"):
        module = f"mipae_tf.{module}"
    here = package_of(module.removesuffix(".__init__"))
    for name in imports_of(path):
        there = package_of(name)
        assert there == here or LAYER_OF[there] < LAYER_OF[here], (
            f"{module} ({here}) imports {name} ({there})"
        )
