"""A vendor on loopback with clients of it, for whole stories from order to result."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from starlette.applications import Starlette
from tests.providers.deepva_emulator.customer import KEY

from vidiom import AsyncClient, Client, MemoryStore, Result
from vidiom.schema.media import MediaInput
from vidiom.testing import no_waiting, serve
from vidiom_deepva.emulation.vendor import Vendor
from vidiom_deepva.emulator import Behaviour, Fault, create_app

__all__ = ["ALL", "BOTH", "Shop", "Way", "facts", "opened"]

Way: TypeAlias = Literal["sync", "async"]
BOTH: tuple[Way, Way] = ("sync", "async")

ALL = {"faces", "text", "speech", "labels", "shots"}
"""Features that ask for several modules."""


@dataclass
class Shop:
    """The vendor, and how it is asked."""

    app: Starlette
    url: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def vendor(self) -> Vendor:
        """What is behind the app."""
        vendor = self.app.state.vendor
        assert isinstance(vendor, Vendor)
        return vendor

    @property
    def bought(self) -> int:
        """How many jobs were sold."""
        return self.vendor.ledger.counters["create_job"]

    def functions(self) -> list[str]:
        """What was asked, in order."""
        return [one.function for one in self.vendor.ledger.requests]

    def client(self) -> Client:
        """A client with a store of its own."""
        return Client(store=MemoryStore(), environment=self.environment)

    def analyze(self, way: Way, media: MediaInput, **said: object) -> Result:
        """The whole way from media to result, through either client."""
        wanted = {"features": ALL, **said}
        if way == "sync":
            with self.client() as client:
                return client.analyze("deepva", media, **wanted)  # type: ignore[arg-type]  # of the tests

        async def main() -> Result:
            store = MemoryStore()
            async with AsyncClient(store=store, environment=self.environment) as client:
                return await client.analyze("deepva", media, **wanted)  # type: ignore[arg-type]  # as above

        return asyncio.run(main())


@contextmanager
def opened(*faults: Fault, behaviour: Behaviour | None = None, **settings: str) -> Iterator[Shop]:
    """A shop in which waiting takes no time."""
    wanted = behaviour or Behaviour(faults=faults, seed=1)
    app = create_app(KEY, wanted)
    with ExitStack() as stack:
        stack.enter_context(no_waiting())
        url = stack.enter_context(serve(app))
        said = {f"VIDIOM_DEEPVA_{name.upper()}": value for name, value in settings.items()}
        environment = {
            "VIDIOM_DEEPVA_API_KEY": KEY,
            "VIDIOM_DEEPVA_BASE_URL": f"{url}/api/v1",
            "VIDIOM_DEEPVA_PAGE_LIMIT": "4",
            **said,
        }
        yield Shop(app, url, environment)


def facts(result: Result) -> list[tuple[str, str, float | None, float | None]]:
    """What was found, in few words."""
    return sorted((one.kind, one.label, one.start, one.end) for one in result.detections)
