"""The receiver of a made-up vendor that signs, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.client.fake_vendor import FakeRegistry, Vendor
from tests.client.signing_vendor import SECRET, signing_kind
from tests.receiver.knocking import Knocking, knocking

import vidiom
from vidiom.errors import StoreError
from vidiom.receiver.asgi import Limits

LIMIT = 300_000
"""Bytes of a body; more than is held in memory."""


class Store(vidiom.MemoryStore):
    """One that can be away."""

    away = False

    def get(self, job_id: str) -> Any:  # noqa: ANN401 - as it is there
        """Its job, when it is there."""
        if self.away:
            raise StoreError("the job store is away; try again.")
        return super().get(job_id)

    def list(self, **asked: Any) -> Any:  # noqa: ANN401
        """Its jobs, when it is there."""
        if self.away:
            raise StoreError("the job store is away; try again.")
        return super().list(**asked)


@asynccontextmanager
async def receiving(
    store: vidiom.MemoryStore,
    vendor: Vendor,
    *,
    limits: Limits | None = None,
    kind: dict[str, object] | None = None,
    collect: bool = False,
    **settings: str,
) -> AsyncIterator[Knocking]:
    """A receiver of deliveries of the made-up vendor, as these settings have it."""
    environment = {
        "VIDIOM_FAKE_WEBHOOK_SECRET": SECRET,
        "VIDIOM_FAKE_MAX_DELIVERY_BYTES": str(LIMIT),
        **{f"VIDIOM_FAKE_{name.upper()}": value for name, value in settings.items()},
    }
    registry = FakeRegistry(signing_kind(vendor, **(kind or {})))
    async with (
        vidiom.AsyncClient(store=store, registry=registry, environment=environment) as client,
        knocking(client, collect=collect, limits=limits or Limits()) as door,
    ):
        yield door


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run a test to its end, which comes soon or never."""

    async def main() -> None:
        async with asyncio.timeout(20):
            await test()

    asyncio.run(main())
