"""The conformance suite: what every provider must hold to, as tests to inherit.

The whole test file of a plugin::

    class TestExample(ProviderConformance):
        provider = ExampleProvider

        def deliveries(self) -> Sequence[Delivery]:
            return [Delivery((), A_WEBHOOK, datetime(2026, 1, 1, tzinfo=UTC))]

The conversation is held with the provider's own emulator. A standard test cannot be left out
silently: overriding one without a ``pytest.mark.xfail`` or ``pytest.mark.skip`` that says why is a
failing test itself.
"""

from __future__ import annotations

from vidiom.testing.conformance.answers import AnswerChecks
from vidiom.testing.conformance.deliveries import DeliveryChecks
from vidiom.testing.conformance.flows import FlowChecks
from vidiom.testing.conformance.honesty import HonestyChecks
from vidiom.testing.conformance.normalization import NormalizationChecks
from vidiom.testing.conformance.refusals import RefusalChecks
from vidiom.testing.conformance.secrecy import SecrecyChecks
from vidiom.testing.conformance.subject import Subject
from vidiom.testing.conformance.talk import TalkChecks

__all__ = ["ProviderConformance", "Subject"]


class ProviderConformance(
    TalkChecks,
    RefusalChecks,
    AnswerChecks,
    NormalizationChecks,
    DeliveryChecks,
    HonestyChecks,
    SecrecyChecks,
    FlowChecks,
):
    """Inherit, and name the provider; what else can be told stands in :class:`Subject`."""

    def test_no_standard_test_is_left_out_without_a_reason(self) -> None:
        """An overridden test needs a mark ``xfail`` or ``skip`` with a reason."""
        faults: list[str] = []
        for name in dir(ProviderConformance):
            standard = getattr(ProviderConformance, name)
            own = getattr(type(self), name, None)
            if not name.startswith("test_") or own is standard:
                continue
            marks = getattr(own, "pytestmark", [])
            reasons = [m.kwargs.get("reason") for m in marks if m.name in ("xfail", "skip")]
            if not any(reasons):
                faults.append(f"{name} is overridden, and no mark says why")
        assert not faults, faults
