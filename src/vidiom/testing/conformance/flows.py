"""Checks of flows as flows: no I/O, nothing forgotten, and left behind at any step."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from vidiom.testing.conformance.conversation import conversation_of, replayed, stubborn
from vidiom.testing.conformance.subject import Subject
from vidiom.testing.scripted import answer

__all__ = ["FlowChecks", "doing_io", "forgotten_flows"]

ADAPTER_MODULES: Final = ("provider", "normalize", "wire", "webhook")

_IO_MODULES: Final = frozenset(
    "aiohttp asyncio ftplib http httpx httpx2 io multiprocessing os random requests secrets "
    "select shutil smtplib socket sqlite3 ssl subprocess tempfile threading time urllib.request "
    "urllib3".split()
)
_IO_CALLS: Final = frozenset({"open", "print", "input", "exec", "eval", "__import__"})
_IO_METHODS: Final = frozenset(
    "utcnow today read_bytes read_text write_bytes write_text unlink mkdir touch".split()
)
_EFFECTS: Final = frozenset("send sleep now report run_blocking together settled".split())
_REQUESTS: Final = frozenset("get post request save exchange".split())


class _LeftBehindError(BaseException):
    """Stands for whatever ends a program in the middle of a flow."""


class FlowChecks(Subject):
    """The flows of the conversation, and the source of the adapter."""

    def test_a_flow_may_be_left_behind_at_every_step(self) -> None:
        """Closing it after each effect raises nothing.

        Troubleshooting: a flow must not ``yield`` within ``finally``, nor catch ``GeneratorExit``.
        """
        talk = conversation_of(type(self), "sync")
        faults: list[str] = []
        for act in talk.acts:
            for number, step in enumerate(act.steps):
                try:
                    replayed(act, talk.adapter(), number, _left_behind)
                except _LeftBehindError:
                    continue
                except RuntimeError as error:  # what Python says of a `yield` while closing
                    faults.append(f"{act.operation}, left behind at {step.effect!r}: {error}")
                else:
                    faults.append(f"{act.operation} goes on after {step.effect!r} was abandoned")
        assert not faults, "\n".join(faults)

    def test_the_same_outcomes_give_the_same_value(self) -> None:
        """A flow depends on nothing but its arguments and outcomes; asking twice asks the same.

        Troubleshooting: no clock, no randomness, no state kept between two operations.
        """
        talk = conversation_of(type(self), "sync")
        for act in talk.acts:
            value = replayed(act, talk.adapter(), len(act.steps), stubborn(lambda _: answer()))
            assert value == act.value, act.operation

    def test_the_adapter_does_no_io(self) -> None:
        """Its modules import and call nothing that reaches out of the process."""
        faults = [fault for path in self._sources() for fault in doing_io(path)]
        assert not faults, "\n".join(faults)

    def test_no_flow_is_called_without_yield_from(self) -> None:
        """A flow that is only called does nothing."""
        faults = [fault for path in self._sources() for fault in forgotten_flows(path)]
        assert not faults, "\n".join(faults)

    def _sources(self) -> Iterator[Path]:
        home = self.provider.__module__
        package = home.rpartition(".")[0]
        names = {home} | {f"{package}.{name}" for name in ADAPTER_MODULES if package}
        for name in sorted(names):
            spec = find_spec(name)
            if spec is not None and spec.origin is not None:
                yield Path(spec.origin)


def _left_behind(_effect: object) -> object:
    raise _LeftBehindError


def doing_io(path: Path) -> Iterator[str]:
    """What in a module reaches out of the process, or differs from run to run."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names: list[str] = []
        match node:
            case ast.Import():
                names = [alias.name for alias in node.names]
            case ast.ImportFrom(module=str(module)):
                names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
            case ast.Call(func=ast.Name(id=name)) if name in _IO_CALLS:
                yield f"{path.name}:{node.lineno} calls {name}()"
            case ast.Call(func=ast.Attribute(attr=name)) if name in _IO_METHODS:
                yield f"{path.name}:{node.lineno} calls .{name}()"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime"), attr="now")):
                yield f"{path.name}:{node.lineno} asks for the time"
            case _:
                continue
        for name in names:
            if name in _IO_MODULES or name.partition(".")[0] in _IO_MODULES:
                yield f"{path.name}:{getattr(node, 'lineno', 0)} imports {name}"


def forgotten_flows(path: Path) -> Iterator[str]:
    """Calls of flows whose value is dropped, so that nothing happens."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    flows = _EFFECTS | {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and ast.unparse(node.returns).startswith("Flow[")
    }
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Name(id=name))) if name in flows:
                yield f"{path.name}:{node.lineno} calls {name}() without `yield from`"
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr=name))):
                api = ast.unparse(owner).rpartition(".")[2].lstrip("_")
                if (name in _REQUESTS and "api" in api) or (api == "self" and name in flows):
                    yield f"{path.name}:{node.lineno} calls {name}() without `yield from`"
            case _:
                continue
