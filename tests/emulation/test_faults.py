"""Faults of emulators: each as often as it is asked, to what it is meant for, and none unknown."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidiom.emulation.faults import (
    REQUEST_FAULTS,
    SIGNED_DELIVERY_FAULTS,
    Fault,
    Faults,
    Repertoire,
    faults_of_options,
)
from vidiom.emulation.refusal import Refusal
from vidiom.errors import UsageError

REPERTOIRE = Repertoire("buy", SIGNED_DELIVERY_FAULTS, {"lying_next": "rows", "moody": None})


def test_a_repertoire_has_those_of_the_way_the_vendors_own_and_those_of_callbacks() -> None:
    assert REPERTOIRE.kinds == (*REQUEST_FAULTS, "lying_next", "moody", *SIGNED_DELIVERY_FAULTS)
    own = [kind for kind in REPERTOIRE.kinds if REPERTOIRE.is_vendors(kind)]
    assert own == ["lying_next", "moody", *SIGNED_DELIVERY_FAULTS]


@pytest.mark.parametrize(
    ("kind", "function"),
    [("lying_next", "rows"), ("callback_lost", "buy"), ("moody", "jobs"), ("html", "jobs")],
)
def test_a_fault_happens_to_the_first_request_that_it_is_meant_for(
    kind: str, function: str
) -> None:
    faults = Faults(REPERTOIRE, [Fault(kind=kind)])
    met = [name for name in ("jobs", "rows", "buy") if faults.next(name) is not None]
    assert met == [function]


def test_the_named_function_is_stronger_than_the_usual_one() -> None:
    faults = Faults(REPERTOIRE, [Fault(kind="lying_next", function="jobs")])
    assert faults.next("rows") is None
    assert faults.next("jobs") is not None


@given(
    times=st.integers(1, 5),
    after=st.integers(0, 5),
    others=st.lists(st.sampled_from(["jobs", "rows"]), max_size=20),
)
def test_a_fault_happens_so_often_after_so_many_that_go_well(
    times: int, after: int, others: Sequence[str]
) -> None:
    faults = Faults(REPERTOIRE, [Fault(kind="lying_next", times=times, after=after)])
    met = [faults.next(name) is not None for name in others]
    of_rows = [hit for hit, name in zip(met, others, strict=True) if name == "rows"]
    assert of_rows == [after <= number < after + times for number in range(len(of_rows))]
    assert not any(hit for hit, name in zip(met, others, strict=True) if name == "jobs")


def test_what_is_still_to_come_says_how_often() -> None:
    faults = Faults(REPERTOIRE, [Fault(kind="html", times=3, after=1)])
    for _ in range(2):
        faults.next("jobs")
    assert faults.coming == (Fault(kind="html", times=2, after=0),)
    faults.clear()
    assert len(faults.coming) == 0


def test_words_of_a_header_are_a_fault() -> None:
    words = "server_error; status=503; retry_after=2; form=list; times=2"
    wanted = Fault(kind="server_error", status=503, retry_after="2", form="list", times=2)
    assert REPERTOIRE.fault_of(words) == wanted


@pytest.mark.parametrize("words", ["", "gremlins", "slow; seconds=x", "html; colour=red"])
def test_words_that_are_no_fault_are_refused_with_all_that_there_are(words: str) -> None:
    with pytest.raises(Refusal, match=r"rate_limited.*moody.*callback_forged"):
        REPERTOIRE.fault_of(words)
    with pytest.raises(UsageError, match="--fault") as caught:
        list(faults_of_options(REPERTOIRE, [words], "acme"))
    assert (caught.value.provider, caught.value.operation) == ("acme", "emulate")
