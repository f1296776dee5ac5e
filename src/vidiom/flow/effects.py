"""What a flow may ask its driver for, and what it is sent back.

A flow is a generator that yields effects and is sent their outcomes. It never performs I/O, so
one description serves the sync and the async client, and a test can play the driver by hand::

    def latest(api: JsonApi) -> Flow[str]:
        answer = yield from send(Send("GET", "https://api.example/latest"))
        return answer.body.decode()

Sub-flows are called with ``yield from``. A flow never yields inside ``finally``: it may be
abandoned at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

from vidiom.errors import VidiomError
from vidiom.flow.bells import Bell
from vidiom.flow.body import Body
from vidiom.schema.media import redacted_url
from vidiom.schema.raw import RawPart

__all__ = [
    "Answer",
    "Effect",
    "Flow",
    "Headers",
    "Now",
    "Progress",
    "Report",
    "RunBlocking",
    "Send",
    "Sleep",
    "Together",
    "now",
    "report",
    "run_blocking",
    "send",
    "settled",
    "sleep",
    "together",
]

T = TypeVar("T")

Pairs: TypeAlias = tuple[tuple[str, str], ...]


class Headers(Mapping[str, str]):
    """The headers of an answer: names in any case; repeated ones joined with a comma."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Sequence[tuple[str, str]] = ()) -> None:
        """Of name and value pairs."""
        values: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            values[key] = f"{values[key]}, {value}" if key in values else value
        self._values = values

    def __getitem__(self, name: str) -> str:
        """The value of a header; ``KeyError`` when it is absent."""
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        """Names in lower case."""
        return iter(self._values)

    def __len__(self) -> int:
        """How many different headers there are."""
        return len(self._values)

    def __repr__(self) -> str:
        """Names only: values may hold tokens."""
        return f"Headers({', '.join(self._values)})"


@dataclass(frozen=True, repr=False)
class Send:
    """One HTTP request, as a value.

    Everything that can carry a secret (headers, query, body) is hidden from ``repr``.
    """

    method: str
    url: str
    query: Pairs = ()
    """Parameters added to the URL when the request is sent; they appear in no log."""
    headers: Pairs = ()
    body: Body | None = None
    repeatable: bool = False
    """Whether sending it twice does no harm; only then is it retried."""
    save_as: str | None = None
    """Stream a successful body into the archive as the raw part of this name."""
    timeout: float | None = None
    """Seconds for this request instead of the client's default."""
    within: float | None = None
    """Seconds for the whole exchange, after which it has failed; a ``timeout`` only limits each
    wait for the next bytes."""
    most_bytes: int | None = None
    """A longer body of the answer is refused while it arrives."""
    connect_to: str | None = None
    """IP address to connect to instead of looking the URL's host up once more; name and
    certificate are still those of the host."""
    not_after: datetime | None = None
    """Moment after which its first byte is not sent any more: then nothing has been sent."""

    def __repr__(self) -> str:
        """Method and address only."""
        return f"Send({self.method} {redacted_url(self.url)})"


@dataclass(frozen=True)
class Answer:
    """What came back, whatever the status."""

    status: int
    headers: Headers
    body: bytes = field(default=b"", repr=False)
    part: RawPart | None = None
    """The archived part, when ``save_as`` was asked for and the status was 2xx."""

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004


@dataclass(frozen=True)
class Sleep:
    """Wait."""

    seconds: float
    bell: Bell | None = None
    """Ends the wait early when it rings."""


@dataclass(frozen=True)
class Now:
    """Ask what time it is; the outcome is an aware ``datetime`` in UTC."""


@dataclass(frozen=True)
class Progress:
    """How far something is, for a person to look at."""

    stage: str
    """What is being done: ``upload``, ``queued``, ``running``, the provider's own words …"""
    fraction: float | None = None
    """From 0 to 1, or ``None`` when it cannot be told."""
    eta_seconds: float | None = None
    done: int | None = None
    """Bytes so far, for a transfer."""
    total: int | None = None


@dataclass(frozen=True)
class Report:
    """Tell the caller how far things are."""

    progress: Progress


@dataclass(frozen=True)
class RunBlocking(Generic[T]):
    """Run a function that may block (stores, local computation); its outcome is the value.

    The sync driver calls it, the async driver calls it in a thread.
    """

    work: Callable[[], T]


@dataclass(frozen=True)
class Together(Generic[T]):
    """Run flows at the same time; the outcome is the list of their values in the given order."""

    flows: tuple[Flow[T], ...]
    limit: int = 4
    """How many run at once."""
    keep_errors: bool = False
    """``True`` puts the ``VidiomError`` of a failed flow in its place instead of raising it."""


Effect: TypeAlias = "Send | Sleep | Now | Report | RunBlocking[Any] | Together[Any]"

# The outcome's type depends on the effect, which a generator's one send type cannot say; the
# functions below say it, so that no `Any` reaches an adapter.
Flow: TypeAlias = Generator[Effect, Any, T]
"""A description of work that ends in a ``T``."""


def send(request: Send) -> Flow[Answer]:
    """Send a request; the answer is returned whatever its status.

    Raises:
        TransportError: No usable answer arrived.
    """
    answer: Answer = yield request
    return answer


def sleep(seconds: float, bell: Bell | None = None) -> Flow[None]:
    """Wait, or less when the bell rings."""
    yield Sleep(seconds, bell)


def now() -> Flow[datetime]:
    """The time in UTC."""
    moment: datetime = yield Now()
    return moment


def report(progress: Progress) -> Flow[None]:
    """Tell the caller how far things are."""
    yield Report(progress)


def run_blocking(work: Callable[[], T]) -> Flow[T]:
    """Run a function that may block."""
    value: T = yield RunBlocking(work)
    return value


def together(flows: Sequence[Flow[T]], *, limit: int = 4) -> Flow[list[T]]:
    """Run flows at the same time; the first error ends all."""
    values: list[T] = yield Together(tuple(flows), limit)
    return values


def settled(flows: Sequence[Flow[T]], *, limit: int = 4) -> Flow[list[T | VidiomError]]:
    """Run flows at the same time; a failed one leaves its error in its place."""
    values: list[T | VidiomError] = yield Together(tuple(flows), limit, keep_errors=True)
    return values
