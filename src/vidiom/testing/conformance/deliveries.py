"""Checks of the reading of webhooks: pure, and unimpressed by what is not the vendor's."""

from __future__ import annotations

from dataclasses import replace

from vidiom.errors import VidiomError
from vidiom.provider.capabilities import supports
from vidiom.schema.jobs import JobUpdate
from vidiom.testing.conformance.conversation import conversation_of
from vidiom.testing.conformance.documents import GARBAGE, with_wrong_values
from vidiom.testing.conformance.refusals import error_faults
from vidiom.testing.conformance.subject import Subject
from vidiom.webhooks.delivery import Delivery

__all__ = ["DeliveryChecks"]


class DeliveryChecks(Subject):
    """The deliveries that the author gives; a provider that receives none passes."""

    def test_a_delivery_becomes_an_update(self) -> None:
        """The same one each time."""
        adapter = conversation_of(type(self), "sync").adapter()
        for delivery in self.deliveries():
            update = adapter.read_delivery(delivery)
            assert isinstance(update, JobUpdate)
            assert adapter.read_delivery(delivery) == update

    def test_what_webhooks_look_like_is_shown(self) -> None:
        """A provider that reads deliveries gives at least one to the suite."""
        assert bool(self.deliveries()) == supports(self.provider, "read_delivery")

    def test_an_unreadable_delivery_raises_only_errors_of_ours(self) -> None:
        """Garbage, and the vendor's own with a wrong value at each place."""
        faults: list[str] = []
        for delivery in self.deliveries():
            bodies = [(repr(body[:20]), body) for body in GARBAGE]
            for what, body in (*bodies, *with_wrong_values(delivery.body, self.maps)):
                faults += self._misread(replace(delivery, body=body), f"read_delivery of {what}")
        assert not faults, "\n".join(faults)

    def _misread(self, delivery: Delivery, where: str) -> list[str]:
        try:
            conversation_of(type(self), "sync").adapter().read_delivery(delivery)
        except VidiomError as error:
            return error_faults(error, self.provider.name, where)
        except Exception as error:  # noqa: BLE001 - anything may come out of a plugin
            return [f"{where}: a foreign {type(error).__name__}: {error}"]
        return []
