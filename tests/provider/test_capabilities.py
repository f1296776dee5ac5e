"""What a provider can do is derived from its code."""

from __future__ import annotations

import pytest

from vidiom.errors import UnsupportedOperation
from vidiom.flow.effects import Flow
from vidiom.provider import capabilities, supports, unsupported
from vidiom.provider.capabilities import OPERATIONS
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobRef
from vidiom_example.provider import ExampleProvider
from vidiom_example.settings import ExampleSettings

JOB = JobRef(provider="example", vendor_id="1")


class Stubborn(ExampleProvider):
    cancel = unsupported("a job cannot be stopped once it is accepted")


class Relenting(Stubborn):
    def cancel(self, job: JobRef) -> Flow[None]:
        yield from ()


def test_what_is_implemented_is_supported() -> None:
    found = capabilities(ExampleProvider)
    assert list(found) == list(OPERATIONS)
    missing = [name for name, capability in found.items() if not capability.supported]
    left_out = "find_many check_many normalize_batch latency probe proposals galleries"
    assert missing == left_out.split()
    assert found["check_many"].reason == "this adapter asks for one job at a time"


def test_what_is_declared_unsupported_says_why_and_who() -> None:
    assert capabilities(Stubborn)["cancel"].reason == (
        "a job cannot be stopped once it is accepted"
    )
    with pytest.raises(UnsupportedOperation) as raised:
        Stubborn(ExampleSettings()).cancel(JOB)
    assert str(raised.value) == (
        "example cancel: not offered: a job cannot be stopped once it is accepted."
    )


def test_what_is_left_out_of_the_contract_says_why_and_who() -> None:
    with pytest.raises(UnsupportedOperation, match="example check_many: not offered"):
        ExampleProvider(ExampleSettings()).check_many([JOB])


def test_a_subclass_may_offer_again_what_its_base_does_not() -> None:
    assert not supports(Stubborn, "cancel")
    assert supports(Relenting, "cancel")
    assert supports(Relenting(ExampleSettings()), "cancel")


def test_an_abstract_method_declared_unsupported_is_no_longer_abstract() -> None:
    class ReadsOnly(ExampleProvider):
        submit = unsupported("answers are only read")

    assert not supports(ReadsOnly, "submit")
    ReadsOnly(ExampleSettings())


def test_every_operation_of_the_list_is_one_of_the_contract() -> None:
    assert all(hasattr(Provider, name) for name in OPERATIONS)
