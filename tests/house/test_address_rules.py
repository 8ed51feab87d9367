"""The rules of addresses come in a layer of their own: who looks at an address has it, and nobody else pays for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.template import ROOT, functions

_LAYER = ROOT / "layers" / "waybill"
_RULES = "waybill.orders.addresses"
_BOOTSTRAP = "waybill.bootstrap"


def _file(module: str) -> Path | None:
    path = _LAYER / module.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()), None)


def _imports(tree: ast.AST) -> Iterator[str]:
    """What is imported at the top or late; not what only a type checker sees."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        yield from _imports(node)


@cache
def _imported(module: str) -> frozenset[str]:
    file = _file(module)
    return frozenset(name for name in _imports(ast.parse(file.read_text("utf-8"))) if _file(name)) if file else frozenset()


@cache
def _makers() -> dict[str, ast.FunctionDef]:
    trees = (ast.parse(file.read_text("utf-8")) for file in sorted((_LAYER / "waybill" / "bootstrap").glob("*.py")))
    return {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}


def _made(name: str, seen: set[str]) -> Iterator[str]:
    """What a function of the composition root imports, with those that it calls."""
    if name in seen or name not in _makers():
        return
    seen.add(name)
    yield from _imports(_makers()[name])
    for node in ast.walk(_makers()[name]):
        if isinstance(node, ast.Name):
            yield from _made(node.id, seen)


def _reached(folder: str) -> set[str]:
    app = ast.parse((ROOT / "functions" / folder / "app.py").read_text("utf-8"))
    names = {name for node in ast.walk(app) for name in ([node.id] if isinstance(node, ast.Name) else [node.attr] if isinstance(node, ast.Attribute) else [])}
    names |= {each.name for node in ast.walk(app) if isinstance(node, ast.ImportFrom) for each in node.names}
    made: set[str] = set()
    open_ones = [module for name in names for module in _made(name, made)]
    found: set[str] = set()
    while open_ones:
        module = open_ones.pop()
        if module not in found and not module.startswith(_BOOTSTRAP):
            found.add(module)
            open_ones += _imported(module)
    return found


@pytest.mark.parametrize("folder", functions())
def test_who_looks_at_addresses_has_their_rules_and_nobody_else_carries_them(folder: str) -> None:
    looks = {module for module in _reached(folder) if module != _RULES and _RULES in _imported(module)}
    layers = {layer["Ref"] for layer in functions()[folder]["Layers"]}
    assert ("AddressesLayer" in layers) == bool(looks), looks


def test_somebody_looks_at_addresses() -> None:
    assert "waybill.channels.checks" in _reached("intake_worker") and "waybill.channels.checks" not in _reached("intake")
