"""Valossa's documented behaviour as an ASGI app over loopback, for people without an account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vidiom.emulation.behaviour import Analysis
from vidiom.emulation.faults import Fault
from vidiom.emulation.refusal import starlette_needed
from vidiom_valossa.emulation.answers import TYPES, answer
from vidiom_valossa.emulation.behaviour import DOCUMENTED_HINTS, Behaviour
from vidiom_valossa.emulation.canned import canned
from vidiom_valossa.emulation.expression import LOST, expressed

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from vidiom.schema.result import Result

__all__ = [
    "DOCUMENTED_HINTS",
    "LOST",
    "TYPES",
    "Analysis",
    "Behaviour",
    "Fault",
    "canned_answer",
    "create_app",
    "expressed_answer",
]

_EXAMPLE_JOB = "5b0f6a4e-9d0c-4c58-8f0e-2c1a7d3e9b11"
_EXAMPLE_URL = "https://media.example.com/harbour-stories-ep1.mp4"


def create_app(
    api_key: str | Sequence[str] = "emulated", behaviour: Behaviour | None = None
) -> Starlette:
    """The Core API and the Training API; ``app.state.vendor`` is what is behind them.

    Args:
        api_key: The key that is valid; several are several customers, who see their own jobs only.
        behaviour: What the documentation leaves open, and what is to go wrong.

    Raises:
        MissingExtra: starlette is not installed.
    """
    with starlette_needed("valossa"):
        from vidiom_valossa.emulation.service import service
    from vidiom_valossa.emulation.vendor import Vendor

    keys = [api_key] if isinstance(api_key, str) else api_key
    return service(Vendor(keys, behaviour or Behaviour()))


def canned_answer(kind: str = "core", *, minutes: float = 1.0) -> Iterator[bytes]:
    """The canned content of a result type, in pieces; for benchmarks of any length."""
    return answer(canned(minutes), kind, _example_job())


def expressed_answer(result: Result, kind: str = "core") -> Iterator[bytes]:
    """A neutral result as Valossa would tell it, as far as its formats go (:data:`LOST`)."""
    return answer(expressed(result), kind, _example_job())


def _example_job() -> dict[str, object]:
    media = {
        "video": {"url": _EXAMPLE_URL},
        "transcript": {"url": None},
        "description": None,
        "language": "en-US",
        "title": None,
    }
    return {"job_id": _EXAMPLE_JOB, "request": {"media": media}}
