"""DeepVA's documented behaviour as an ASGI app over loopback, for people without an account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from vidiom.emulation.behaviour import Analysis
from vidiom.emulation.faults import Fault
from vidiom.emulation.refusal import Json, starlette_needed
from vidiom_deepva.emulation.behaviour import Behaviour
from vidiom_deepva.emulation.canned import MODULES, Size, canned
from vidiom_deepva.emulation.expression import LOST, expressed
from vidiom_deepva.emulation.paging import Page, Window
from vidiom_deepva.emulation.rows import Story, written

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from vidiom.schema.result import Result

__all__ = [
    "LOST",
    "MODULES",
    "Analysis",
    "Behaviour",
    "Fault",
    "canned_pages",
    "create_app",
    "expressed_pages",
]

_JOB: Final = "3f2b6a54-8c1e-4d0a-9a77-5b1f0c9d2e41"
_SOURCE: Final = "storage://Qm7Zt2LxKd94RbVaYw1c"
_ADDRESS: Final = f"https://api.deepva.com/api/v1/jobs/{_JOB}/detailed-results/"


def create_app(
    api_key: str | Sequence[str] = "emulated", behaviour: Behaviour | None = None
) -> Starlette:
    """The API, at ``/api/v1`` and at ``/``; ``app.state.vendor`` is what is behind it.

    Args:
        api_key: The key that is valid; several are several customers, who see their own things
            only.
        behaviour: What the documentation leaves open, and what is to go wrong.

    Raises:
        MissingExtra: starlette is not installed.
        UsageError: A fault is asked for that there is not.
    """
    with starlette_needed("deepva"):
        from vidiom_deepva.emulation.service import service
    from vidiom_deepva.emulation.vendor import Vendor

    keys = [api_key] if isinstance(api_key, str) else api_key
    return service(Vendor(keys, behaviour or Behaviour()))


def canned_pages(
    module: str,
    *,
    rows: int | None = None,
    boxes: int | None = None,
    limit: int = 500,
    arguments: Mapping[str, object] | None = None,
) -> Iterator[bytes]:
    """Pages of the canned detailed results of a module; for benchmarks of any size.

    Args:
        module: Which module; see :data:`MODULES`.
        rows: How many rows; left out, those of a canned minute.
        boxes: How many boxes each face has.
        limit: Rows of a page.
        arguments: What the module was told.
    """
    story = canned("video", Size(rows, boxes))
    return _pages(story, module, limit, arguments or {})


def expressed_pages(
    result: Result, module: str, *, limit: int = 500, arguments: Mapping[str, object] | None = None
) -> Iterator[bytes]:
    """A neutral result as a module of DeepVA would tell it, as far as it can (:data:`LOST`)."""
    return _pages(expressed(result), module, limit, arguments or {})


def _pages(
    story: Story, module: str, limit: int, arguments: Mapping[str, object]
) -> Iterator[bytes]:
    told = story.rows[module](arguments) if module in story.rows else ()
    for offset in range(0, max(1, len(told)), limit):
        part = told[offset : offset + limit]
        data: list[Json] = [written(row, module, _SOURCE, story.facts, 0) for row in part]
        page = Page(data, Window(limit, offset), len(told), _ADDRESS)
        yield msgspec.json.encode(page.written())
