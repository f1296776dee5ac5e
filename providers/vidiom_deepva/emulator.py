"""DeepVA's documented behaviour as an ASGI app over loopback, for people without an account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from vidiom.emulation.behaviour import Analysis
from vidiom.emulation.faults import Fault
from vidiom.emulation.refusal import starlette_needed
from vidiom_deepva.emulation.behaviour import Behaviour
from vidiom_deepva.emulation.canned import MODULES, Size, canned
from vidiom_deepva.emulation.expression import ASKED, LOST, expressed
from vidiom_deepva.emulation.parts import answer_parts

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from vidiom.schema.result import Result

__all__ = [
    "ASKED",
    "LOST",
    "MODULES",
    "Analysis",
    "Behaviour",
    "Fault",
    "canned_answer",
    "canned_pages",
    "create_app",
    "expressed_answer",
]


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


def canned_answer(
    modules: Mapping[str, Mapping[str, object]] | None = None,
    *,
    rows: int | None = None,
    boxes: int | None = None,
    limit: int = 500,
) -> dict[str, bytes]:
    """The canned answer as the adapter fetches it: the job, and its results page by page.

    Args:
        modules: Each with what it was told; left out, all (:data:`MODULES`) with nothing.
        rows: How many rows each has; left out, those of a canned minute.
        boxes: How many boxes each face has.
        limit: Rows of a page.
    """
    asked = {name: {} for name in sorted(MODULES)} if modules is None else modules
    return dict(answer_parts(canned("video", Size(rows, boxes)), asked, limit))


def canned_pages(
    module: str, *, rows: int | None = None, boxes: int | None = None, limit: int = 500
) -> Iterator[bytes]:
    """Pages of the canned detailed results of one module; for benchmarks of any size."""
    answer = canned_answer({module: {}}, rows=rows, boxes=boxes, limit=limit)
    return (content for name, content in answer.items() if name.startswith("detailed_results/"))


def expressed_answer(
    result: Result,
    modules: Mapping[str, Mapping[str, object]] | None = None,
    *,
    limit: int = 500,
) -> dict[str, bytes]:
    """A neutral result as DeepVA would tell it, as far as its formats go (:data:`LOST`).

    Args:
        result: What was found.
        modules: Each with what it was told; left out, those of :data:`ASKED`.
        limit: Rows of a page.
    """
    return dict(answer_parts(expressed(result), ASKED if modules is None else modules, limit))
