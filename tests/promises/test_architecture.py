"""Promises about the shape of the code, checked on the code."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import vidiom

ROOT = Path(__file__).parents[2]
PRODUCTION = sorted([*ROOT.glob("src/**/*.py"), *ROOT.glob("providers/**/*.py")])
EVERYTHING = sorted([*PRODUCTION, *ROOT.glob("tests/**/*.py"), *ROOT.glob("benchmarks/**/*.py")])
PROVIDERS = sorted(path.parent for path in ROOT.glob("providers/*/__init__.py"))

LONGEST = 400
EMPTY_NAMES = {"utils", "util", "helpers", "common", "misc", "manager", "base", "core"}
ADAPTER_MODULES = ("provider.py", "normalize.py", "wire.py", "webhook.py")
DOES_IO = {
    "asyncio",
    "httpx",
    "httpx2",
    "io",
    "os",
    "requests",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "time",
    "urllib.request",
}
HEAVY = ("httpx", "httpx2", "msgspec", "numpy", "pydantic", "sqlalchemy", "stamina", "typer")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports_of(path: Path) -> Iterator[str]:
    """Dotted names that a module imports while it runs; those for type checkers do not count."""
    tree = ast.parse(path.read_text())
    skipped = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", EVERYTHING, ids=name_of)
def test_no_module_is_longer_than_400_lines(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= LONGEST


@pytest.mark.parametrize("path", EVERYTHING, ids=name_of)
def test_every_module_begins_with_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring, "no docstring"
    assert len(docstring.splitlines()[0].split()) > 1


@pytest.mark.parametrize("path", EVERYTHING, ids=name_of)
def test_no_module_has_a_name_that_says_nothing(path: Path) -> None:
    assert not {part.removesuffix(".py") for part in path.relative_to(ROOT).parts} & EMPTY_NAMES


@pytest.mark.parametrize("folder", PROVIDERS, ids=name_of)
def test_the_modules_of_an_adapter_do_no_io(folder: Path) -> None:
    for path in (folder / module for module in ADAPTER_MODULES):
        if not path.exists():
            continue
        assert not DOES_IO & set(imports_of(path)), name_of(path)
        called = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"open", "print", "input", "__import__"}, name_of(path)


@pytest.mark.parametrize("folder", PROVIDERS, ids=name_of)
def test_no_provider_knows_another_one(folder: Path) -> None:
    others = {provider.name for provider in PROVIDERS} - {folder.name}
    for path in folder.rglob("*.py"):
        assert not {name.partition(".")[0] for name in imports_of(path)} & others, name_of(path)


def test_the_neutral_core_knows_no_provider() -> None:
    providers = {provider.name for provider in PROVIDERS}
    for path in ROOT.glob("src/**/*.py"):
        assert not {name.partition(".")[0] for name in imports_of(path)} & providers, name_of(path)


@pytest.mark.parametrize("folder", PROVIDERS, ids=name_of)
def test_our_own_providers_come_in_through_entry_points(folder: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert folder.name in project["entry-points"]["vidiom"].values()


def flows_declared(path: Path) -> set[str]:
    """Names of a module's functions that return a flow; a plain call of one does nothing."""
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and ast.unparse(node.returns).startswith("Flow[")
    }


EFFECTS = flows_declared(ROOT / "src/vidiom/flow/effects.py")
API = flows_declared(ROOT / "src/vidiom/provider/json_api.py")


@pytest.mark.parametrize("path", PRODUCTION, ids=name_of)
def test_no_flow_is_called_without_yield_from(path: Path) -> None:
    assert {"send", "sleep"} <= EFFECTS
    assert {"get", "post"} <= API
    own = flows_declared(path)
    for node in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
            continue
        owner, _, name = ast.unparse(node.value.func).rpartition(".")
        flows = {"": EFFECTS | own, "self": own}.get(owner, API if owner.endswith("api") else set())
        if name in flows:
            pytest.fail(f"line {node.lineno} calls the flow {name}, and drops it")


def test_import_vidiom_loads_nothing_heavy() -> None:
    code = f"import sys, vidiom; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.split() == []


def test_every_exported_name_can_be_had() -> None:
    missing = [name for name in vidiom.__all__ if not hasattr(vidiom, name)]
    assert missing == []


def test_exported_names_are_sorted_and_stand_once() -> None:
    assert len(vidiom.__all__) == len(set(vidiom.__all__))
    assert set(vidiom.__all__) <= set(dir(vidiom))


def test_nothing_public_is_left_out_of_the_exported_names() -> None:
    for name in vidiom.__all__:
        getattr(vidiom, name)
    public = {
        name
        for name, value in vars(vidiom).items()
        if not name.startswith("_")
        and getattr(value, "__module__", "vidiom").startswith("vidiom")
        and not isinstance(value, type(vidiom))
        and name not in {"annotations", "TYPE_CHECKING"}
    }
    assert public <= set(vidiom.__all__)
