"""DeepVA: what every provider must hold to, and recorded conversations with the emulator."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from vidiom.schema.raw import RawResult
from vidiom.testing import ProviderConformance
from vidiom.webhooks.delivery import Delivery
from vidiom_deepva.provider import DeepvaProvider

PAYLOADS = Path(__file__).parent / "deepva/payloads"


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


class TestDeepva(ProviderConformance):
    provider = DeepvaProvider
    maps = ("modules", "meta", "data")
    # an installation without a face index has datasets all the same
    handles: ClassVar[Mapping[str, Collection[int]]] = {"list_galleries": {404, 410}}

    def samples(self) -> Sequence[RawResult]:
        job = payload("job.completed.json")
        found = [
            RawResult.of("deepva", {"job": job, "detailed_results/0": path.read_bytes()})
            for path in sorted(PAYLOADS.glob("detailed_results.*.json"))
        ]
        brief = [
            RawResult.of("deepva", {"job": job, "summarized_results/0": path.read_bytes()})
            for path in sorted(PAYLOADS.glob("summarized_results.*.json"))
        ]
        return [*found, *brief]

    def deliveries(self) -> Sequence[Delivery]:
        return [
            Delivery((), path.read_bytes(), datetime(2026, 1, 1, tzinfo=UTC))
            for path in sorted(PAYLOADS.glob("webhook.*.json"))
            if "signature" not in path.name
        ]
