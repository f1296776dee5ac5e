"""Emulated vendors over loopback, and clients that talk to them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.providers.generic.pictures import png

import vidiom
from vidiom.emulation.faults import Fault
from vidiom.testing import no_waiting, serve
from vidiom_generic.emulation.vendor import Vendor
from vidiom_generic.emulator import Behaviour, create_app

__all__ = ["KEY", "Emulated", "Sort", "emulated", "pictures"]

KEY = "generic-key-of-the-tests"
Sort = Literal["sync", "async"]


@dataclass(frozen=True)
class Emulated:
    """A vendor that runs, and what a client of it is configured with."""

    url: str
    vendor: Vendor
    waits: list[float] = field(repr=False)
    """Seconds of each wait of a client so far."""
    more: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """Of a client."""
        return {
            "VIDIOM_GENERIC_API_KEY": KEY,
            "VIDIOM_GENERIC_BASE_URL": self.url,
            "VIDIOM_HOME": os.environ["VIDIOM_HOME"],
            **self.more,
        }

    def client(self) -> vidiom.Client:
        """A client of this vendor."""
        return vidiom.Client(environment=self.environment)

    def call(self, sort: Sort, method: str, *arguments: object, **options: Any) -> Any:  # noqa: ANN401 - whatever it gives
        """What a client of this sort gives."""
        if sort == "sync":
            with self.client() as client:
                return getattr(client, method)(*arguments, **options)

        async def main() -> object:
            async with vidiom.AsyncClient(environment=self.environment) as client:
                return await getattr(client, method)(*arguments, **options)

        return asyncio.run(main())

    @property
    def asked(self) -> list[str]:
        """Which functions were asked for, in order."""
        return [one.function for one in self.vendor.ledger.requests]

    @property
    def counters(self) -> dict[str, int]:
        """What was bought."""
        return dict(self.vendor.ledger.counters)


@contextmanager
def emulated(
    behaviour: Behaviour | None = None,
    *faults: Fault,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Emulated]:
    """A vendor on this machine, of which nobody waits for anything."""
    app = create_app(KEY, behaviour or Behaviour(seed=1))
    vendor = app.state.vendor
    assert isinstance(vendor, Vendor)
    for fault in faults:
        vendor.ledger.faults.add(fault)
    more = {f"VIDIOM_GENERIC_{name.upper()}": text for name, text in (settings or {}).items()}
    with serve(app) as url, no_waiting() as clock:
        yield Emulated(url, vendor, clock.waits, more)


def pictures(
    folder: Path, count: int, broken: Callable[[int], bool] = lambda _: False
) -> list[Path]:
    """So many pictures, ``1.png`` and so on."""
    paths: list[Path] = []
    for number in range(1, count + 1):
        path = folder / f"{number}.png"
        path.write_bytes(b"no picture at all" if broken(number) else png(number % 256))
        paths.append(path)
    return paths
