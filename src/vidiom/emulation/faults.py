"""Faults on demand: what a network or a vendor does to a request, each as often as it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from vidiom.emulation.plan import Entry, Plan
from vidiom.emulation.refusal import Refusal
from vidiom.errors import UsageError

__all__ = [
    "DELIVERY_FAULTS",
    "REQUEST_FAULTS",
    "SIGNED_DELIVERY_FAULTS",
    "Fault",
    "Faults",
    "Repertoire",
    "faults_of_options",
]

REQUEST_FAULTS: Final = (
    "rate_limited",
    "server_error",
    "html",
    "slow",
    "cut_body",
    "truncated_json",
    "wrong_content_type",
    "lost_answer",
)
"""What happens to requests; the first three keep them from the vendor, the others do not."""

DELIVERY_FAULTS: Final = (
    "callback_duplicate",
    "callback_early",
    "callback_late",
    "callback_lost",
)
"""What happens to the callbacks of a job; settled when the job is created."""

SIGNED_DELIVERY_FAULTS: Final = (
    *DELIVERY_FAULTS,
    "callback_forged",
    "callback_reordered",
    "callback_replayed",
    "callback_truncated",
)
"""The same where there are several callbacks of a job, and they are signed: a duplicate is signed
anew, a replayed one is the same to the last byte."""


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault; also the body of ``POST /_emulator/faults``."""

    kind: str
    """One of the emulator's repertoire."""
    function: str | None = None
    """The vendor's function that it happens to; left out, the next one asked."""
    times: int = 1
    """How often."""
    after: int = 0
    """How many requests that it could happen to go well before."""
    status: int | None = None
    """Of ``server_error`` (500 if left out) and ``html`` (502)."""
    retry_after: str | None = None
    """``Retry-After``: seconds or a date."""
    seconds: float = 1.0
    """How slow ``slow`` is."""
    form: str | None = None
    """Which of the vendor's forms of errors, where there are several."""


@dataclass(frozen=True)
class Repertoire:
    """Which faults an emulator can commit."""

    submission: str
    """The function that creates a job, and with it settles what happens to its callbacks."""
    deliveries: tuple[str, ...] = DELIVERY_FAULTS
    own: Mapping[str, str | None] = field(default_factory=dict)
    """The vendor's own: each with the function that it is meant for unless another is named."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """All of them."""
        return (*REQUEST_FAULTS, *self.own, *self.deliveries)

    def is_vendors(self, kind: str) -> bool:
        """Whether it is committed by the vendor, not by the way to it."""
        return kind in self.own or kind in self.deliveries

    def checked(self, fault: Fault) -> Fault:
        """The same fault, if there is one like it.

        Raises:
            Refusal: There is not.
        """
        if fault.kind not in self.kinds:
            raise Refusal(400, f"there is no fault {fault.kind!r}; {self._known}")
        return fault

    def fault_of(self, words: str) -> Fault:
        """The fault of an ``X-Emulate-Fault`` header: ``rate_limited; retry_after=2``.

        Raises:
            Refusal: There is no such fault.
        """
        kind, *rest = (piece.strip() for piece in words.split(";"))
        fields = dict(piece.partition("=")[::2] for piece in rest)
        try:
            fault = msgspec.convert({"kind": kind, **fields}, Fault, strict=False)
        except msgspec.ValidationError as error:
            raise Refusal(400, f"{error}; {self._known}") from None
        return self.checked(fault)

    @property
    def _known(self) -> str:
        return f"faults are {', '.join(self.kinds)}"

    def entry(self, fault: Fault) -> Entry[Fault]:
        """What is planned for it.

        Raises:
            Refusal: There is no such fault.
        """
        self.checked(fault)
        usual = self.submission if fault.kind in self.deliveries else self.own.get(fault.kind)
        wanted = fault.function or usual
        return Entry(fault, _meant_for(wanted), fault.times, fault.after)


def _meant_for(wanted: str | None) -> _MeantFor:
    return _MeantFor(wanted)


@dataclass(frozen=True)
class _MeantFor:
    wanted: str | None

    def __call__(self, function: str) -> bool:
        return self.wanted is None or self.wanted == function


class Faults:
    """The faults to come, in the order in which they were asked for."""

    def __init__(self, repertoire: Repertoire, faults: Iterable[Fault] = ()) -> None:
        """With these to begin with.

        Raises:
            Refusal: There is no such fault.
        """
        self.repertoire = repertoire
        self._plan = Plan(repertoire.entry(one) for one in faults)

    def add(self, fault: Fault) -> None:
        """One more."""
        self._plan.add(self.repertoire.entry(fault))

    def clear(self) -> None:
        """None any more."""
        self._plan.clear()

    @property
    def coming(self) -> tuple[Fault, ...]:
        """What has not happened yet, with how often it still will."""
        return tuple(
            msgspec.structs.replace(one.what, times=one.times, after=one.after)
            for one in self._plan.coming
        )

    def next(self, function: str) -> Fault | None:
        """The fault for this request, which is used up by it."""
        return self._plan.next(function)


def faults_of_options(
    repertoire: Repertoire, options: Iterable[str], provider: str
) -> Iterator[Fault]:
    """The faults that a command line names.

    Raises:
        UsageError: There is no such fault; the message lists all.
    """
    for words in options:
        try:
            yield repertoire.fault_of(words)
        except Refusal as refusal:
            raise UsageError(
                f"--fault {words!r}: {refusal}.", provider=provider, operation="emulate"
            ) from None
