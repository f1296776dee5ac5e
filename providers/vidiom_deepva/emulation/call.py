"""One request to the API, taken apart: who asks, for what, with which fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vidiom.emulation.faults import Fault
from vidiom.emulation.multipart import Form
from vidiom.emulation.refusal import Json
from vidiom_deepva.emulation.refusal import wrong

__all__ = ["Answer", "Call"]


@dataclass(frozen=True)
class Call:
    """One request of a customer."""

    owner: int
    """Number of the key."""
    endpoint: str
    names: Mapping[str, str]
    """What stands in the holes of the path."""
    query: Mapping[str, str]
    address: str
    """Of the request, without a query."""
    base: str
    """Of the API."""
    body: Mapping[str, object] = field(default_factory=dict)
    form: Form | None = None
    fault: Fault | None = None

    @property
    def fault_kind(self) -> str | None:
        """What the vendor itself is to do wrong."""
        return None if self.fault is None else self.fault.kind

    def text(self, name: str, default: str | None = None) -> str:
        """A text of the body.

        Raises:
            Refusal: It is missing and has no default, or is none.
        """
        value = self.body.get(name, default)
        if value is None:
            raise wrong(name, "This field is required.")
        if not isinstance(value, str):
            raise wrong(name, "Not a valid string.")
        return value


@dataclass(frozen=True)
class Answer:
    """What is answered besides plain JSON."""

    content: Json | list[Json] | bytes | None
    status: int = 200
    media_type: str = "application/octet-stream"
    """Of content that is no JSON."""
