"""The example plugin holds to what every provider must hold to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from vidiom.testing import ProviderConformance
from vidiom.testing.emulators import AsgiApp
from vidiom.webhooks.delivery import Delivery
from vidiom_example import emulator
from vidiom_example.provider import ExampleProvider


class TestExample(ProviderConformance):
    provider = ExampleProvider

    def vendor(self, api_key: str) -> AsgiApp:
        return emulator.app(api_key)

    def deliveries(self) -> Sequence[Delivery]:
        body = b'{"id":"job-1","state":"done","progress":100}'
        return [Delivery((), body, datetime(2026, 1, 1, tzinfo=UTC))]
