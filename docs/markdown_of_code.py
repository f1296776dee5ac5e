"""Code as Markdown: docstrings, fields, members and signatures in tables."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from itertools import chain

import pydantic


def prose(text: str | None) -> str:
    """A docstring's words as Markdown on one line."""
    line = " ".join((text or "").split())
    line = re.sub(r":\w+:`~?([^`]+)`", lambda m: f"`{m[1].removeprefix('vidiom.')}`", line)
    return line.replace("``", "`")


def summary(thing: object) -> str:
    """The docstring of something up to its first blank line or section."""
    text = inspect.getdoc(thing) or ""
    return prose(re.split(r"\n\s*\n", text)[0])


def cell(text: str) -> str:
    """Text that does not end a table's cell."""
    return text.replace("|", "\\|")


def row(*cells: str) -> str:
    """One row of a table."""
    return f"| {' | '.join(cell(one) for one in cells)} |"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join([row(*heads), row(*("---" for _ in heads)), *(row(*one) for one in rows)])


class _WithoutMetadata(ast.NodeTransformer):
    """``Annotated[int, …]`` is written ``int``."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if ast.unparse(node.value) == "Annotated" and isinstance(node.slice, ast.Tuple):
            bare: ast.AST = self.visit(node.slice.elts[0])
            return bare
        return self.generic_visit(node)


def written(annotation: object) -> str:
    """A type as the source has it, without what is only for validation."""
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    tree = _WithoutMetadata().visit(ast.parse(text, mode="eval"))
    return ast.unparse(tree).replace("kinds.", "").strip("'")


def attribute_docs(kind: type) -> dict[str, str]:
    """The string below each attribute of a class body, by name."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for node, after in zip(body.body, body.body[1:], strict=False):
        name = _target(node)
        if name and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[name] = prose(str(after.value.value))
    return found


def _target(node: ast.stmt) -> str | None:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def fields(kind: type, *, beside: type | None = None) -> Iterator[tuple[str, str, str]]:
    """Name, type and meaning of the fields of a model or dataclass, but for those of ``beside``."""
    types: dict[str, object] = {}
    meanings: dict[str, str] = {}
    for ancestor in reversed(kind.__mro__):
        if ancestor.__module__.startswith("vidiom"):
            types |= inspect.get_annotations(ancestor)
            meanings |= attribute_docs(ancestor)
    declared = (
        list(kind.model_fields)
        if issubclass(kind, pydantic.BaseModel)
        else [one.name for one in dataclasses.fields(kind)]  # type: ignore[arg-type]
    )
    inherited = (
        set(beside.model_fields)
        if beside is not None and issubclass(beside, pydantic.BaseModel)
        else ()
    )
    for name in declared:
        if name not in inherited and name != "kind":
            yield f"`{name}`", f"`{written(types[name])}`", meanings.get(name, "")


def fields_table(kind: type, *, beside: type | None = None) -> str:
    """The table of :func:`fields`."""
    rows = list(fields(kind, beside=beside))
    return table(("field", "type", "meaning"), rows) if rows else "No fields of its own."


def members(kind: type[Enum]) -> str:
    """A table of an enumeration."""
    docs = attribute_docs(kind)
    return table(("value", "meaning"), [(f"`{m.value}`", docs.get(m.name, "")) for m in kind])


def callables(kind: type) -> Iterator[tuple[str, str]]:
    """Public methods and properties of a class, each with its first words."""
    parts = [one for one in kind.__mro__ if one is kind or one.__name__.endswith("ManyJobs")]
    for name, value in chain.from_iterable(vars(one).items() for one in parts):
        if name.startswith("_"):
            continue
        if isinstance(value, property) or type(value).__name__ == "cached_property":
            yield f"`{name}`", summary(value)
        elif inspect.isfunction(value) or isinstance(value, classmethod):
            function = value.__func__ if isinstance(value, classmethod) else value
            yield f"`{name}{signature(function)}`", summary(function)


def signature(function: Callable[..., object]) -> str:
    """The parameters of a function as one may write them, without ``self``."""
    names: list[str] = []
    starred = False
    for one in inspect.signature(function).parameters.values():
        if one.name in ("self", "cls"):
            continue
        if one.kind is one.KEYWORD_ONLY and not starred:
            starred = True
            names.append("*")
        mark = "**" if one.kind is one.VAR_KEYWORD else ""
        default = "" if one.default is one.empty else f"={one.default!r}"
        names.append(f"{mark}{one.name}{default}")
    return f"({', '.join(names)})"
