"""What an emulator is: a vendor's documented behaviour as an ASGI app, on this machine only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

__all__ = ["AsgiApp", "EmulatorOptions"]

AsgiApp: TypeAlias = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]
"""An application as the ASGI specification has it."""


@dataclass(frozen=True)
class EmulatorOptions:
    """How an emulator shall behave."""

    api_key: str
    """The key that it accepts; made up by the caller."""
    analyze: Literal["canned", "local"] = "canned"
    """Answer with a canned result, or with what the local provider finds in the media."""
    faults: tuple[str, ...] = ()
    """Faults to commit, in the words of the emulator's own documentation."""
    seed: int | None = None
    """Makes ids and canned answers the same each time."""
    webhook_secret: str | None = field(default=None, repr=False)
    """What deliveries are signed with, where the vendor signs; left out, they are not signed."""
