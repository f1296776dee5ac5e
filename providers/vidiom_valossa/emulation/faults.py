"""Faults on demand: what a network or a vendor does to a request, each as often as it is asked."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from vidiom_valossa.emulation.refusal import Refusal

__all__ = ["CALLBACK_FAULTS", "JOB_FAULTS", "Fault", "Faults", "Kind"]

Kind: TypeAlias = Literal[
    "rate_limited",
    "server_error",
    "html",
    "slow",
    "cut_body",
    "truncated_json",
    "wrong_content_type",
    "lost_answer",
    "expired_result",
    "callback_duplicate",
    "callback_early",
    "callback_late",
    "callback_lost",
]
"""What goes wrong; the first three keep the request from the vendor, the others do not."""

CALLBACK_FAULTS: Final = frozenset(
    {"callback_duplicate", "callback_early", "callback_late", "callback_lost"}
)
JOB_FAULTS: Final = CALLBACK_FAULTS | {"expired_result"}
"""What is settled for a job when it is created."""

_MEANT_FOR: Final = {"expired_result": "job_results"} | dict.fromkeys(CALLBACK_FAULTS, "new_job")


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault; also the body of ``POST /_emulator/faults``."""

    kind: Kind
    function: str | None = None
    """The vendor's function that it happens to (``new_job`` …); left out, the next one asked."""
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

    def meant_for(self, function: str) -> bool:
        """Whether it may happen to this function."""
        wanted = self.function or _MEANT_FOR.get(self.kind)
        return wanted is None or wanted == function


class Faults:
    """The faults to come, in the order in which they were asked for."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        """With these to begin with."""
        self._coming = list(faults)
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """One more."""
        with self._lock:
            self._coming.append(fault)

    def clear(self) -> None:
        """None any more."""
        with self._lock:
            self._coming.clear()

    @property
    def coming(self) -> tuple[Fault, ...]:
        """What has not happened yet."""
        return tuple(self._coming)

    def next(self, function: str) -> Fault | None:
        """The fault for this request, which is used up by it."""
        with self._lock:
            for number, fault in enumerate(self._coming):
                if not fault.meant_for(function):
                    continue
                if fault.after:
                    self._coming[number] = msgspec.structs.replace(fault, after=fault.after - 1)
                    continue
                self._use(number, fault)
                return fault
        return None

    def _use(self, number: int, fault: Fault) -> None:
        if fault.times > 1:
            self._coming[number] = msgspec.structs.replace(fault, times=fault.times - 1)
        else:
            del self._coming[number]


def fault_of_header(value: str) -> Fault:
    """The fault of an ``X-Emulate-Fault`` header: ``rate_limited; retry_after=2``.

    Raises:
        Refusal: There is no such fault.
    """
    kind, *rest = (piece.strip() for piece in value.split(";"))
    fields = dict(piece.partition("=")[::2] for piece in rest)
    try:
        return msgspec.convert({"kind": kind, **fields}, Fault, strict=False)
    except msgspec.ValidationError as error:
        known = ", ".join(get_args(Kind))
        raise Refusal(400, f"X-Emulate-Fault: {error}; faults are {known}") from None
