"""Asking an emulated vendor without a network between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.applications import Starlette

from vidiom.flow.http import http_library

if TYPE_CHECKING:
    import httpx

__all__ = ["ask"]


def ask(app: Starlette, method: str, path: str, request: Mapping[str, object]) -> httpx.Response:
    """One request; the answer and all that follows it are over when it returns."""

    async def asked() -> httpx.Response:
        library = http_library()
        transport = library.ASGITransport(app)
        async with library.AsyncClient(transport=transport, base_url="http://emulator") as client:
            answer: httpx.Response = await client.request(method, path, **request)
        return answer

    return asyncio.run(asked())
