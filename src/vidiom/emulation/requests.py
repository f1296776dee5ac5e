"""What a request to an emulator is, as far as ASGI has it; needs no web framework."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

__all__ = ["read_request"]


async def read_request(receive: Callable[[], Awaitable[MutableMapping[str, Any]]]) -> None:
    """Read a request to its end: a vendor that refuses reads it all the same."""
    while (await receive()).get("more_body"):
        pass
