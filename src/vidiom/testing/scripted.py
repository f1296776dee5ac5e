"""Playing a flow by hand: no driver, no network, every outcome chosen by the test."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias, TypeVar

from vidiom.errors import VidiomError
from vidiom.flow.effects import (
    Answer,
    Effect,
    Flow,
    Headers,
    Now,
    Report,
    RunBlocking,
    Send,
    Sleep,
    Together,
)
from vidiom.flow.http import http_library
from vidiom.schema.raw import RawPart

__all__ = [
    "NOON",
    "Asked",
    "Respond",
    "Step",
    "answer",
    "canned_transport",
    "in_turn",
    "play",
    "recorded",
]

T = TypeVar("T")

NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""What time it is for a flow that is played by hand."""

Respond: TypeAlias = Callable[[Effect], object]
"""Gives the outcome of an effect, or raises what the flow is to be told."""

_EFFECTS: Final = (Send, Sleep, Now, Report, RunBlocking, Together)


@dataclass(frozen=True)
class Step:
    """One effect of a flow, and its outcome: a value, or the error that was raised."""

    effect: Effect
    outcome: object


def play(flow: Flow[T], respond: Respond) -> T:
    """The value of a flow whose effects have these outcomes; what runs together runs in turn.

    Raises:
        TypeError: The flow yields something that is no effect, or is no flow at all.
    """
    if not isinstance(flow, Generator):
        raise TypeError(f"a {type(flow).__name__} is no flow; is a `yield` missing?")
    try:
        effect = next(flow)
        while True:
            try:
                outcome = _outcome(effect, respond)
            except VidiomError as error:
                effect = flow.throw(error)
            else:
                effect = flow.send(outcome)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        flow.close()


def _outcome(effect: Effect, respond: Respond) -> object:
    if not isinstance(effect, _EFFECTS):
        raise TypeError(f"the flow yields a {type(effect).__name__}, which is no effect")
    if not isinstance(effect, Together):
        return respond(effect)
    outcomes: list[object] = []
    for flow in effect.flows:
        try:
            outcomes.append(play(flow, respond))
        except VidiomError as error:
            if not effect.keep_errors:
                raise
            outcomes.append(error)
    return outcomes


def in_turn(*answers: Answer | VidiomError) -> Respond:
    """Answers requests with these, one after the other; it is always noon, and nobody waits.

    Raises:
        AssertionError: When more is asked than there are answers.
    """
    left = list(answers)

    def respond(effect: Effect) -> object:
        match effect:
            case Send():
                assert left, f"one request more than there are answers: {effect!r}"
                given = left.pop(0)
                if isinstance(given, VidiomError):
                    raise given
                return saved(given, effect)
            case Now():
                return NOON
            case RunBlocking():
                return effect.work()
            case _:
                return None

    return respond


def answer(
    status: int = 200, body: bytes = b"{}", headers: Iterable[tuple[str, str]] = ()
) -> Answer:
    """An answer as a driver would give it."""
    return Answer(status, Headers(tuple(headers)), body)


def saved(given: Answer, effect: Send) -> Answer:
    """The answer with its body moved into a raw part, where that was asked for."""
    if effect.save_as is None or not given.ok or given.part is not None:
        return given
    part = RawPart(effect.save_as, given.body, given.headers.get("content-type"))
    return Answer(given.status, given.headers, b"", part)


def recorded(flow: Flow[T], steps: list[Step]) -> Flow[T]:
    """The same flow, which writes down each effect with its outcome on its way to the driver.

    What would run together runs in turn, so that the record has one order.
    """
    try:
        effect = next(flow)
        while True:
            try:
                outcome = yield _in_turn(effect, steps)
            except VidiomError as error:
                _write(steps, effect, error)
                effect = flow.throw(error)
            else:
                _write(steps, effect, outcome)
                effect = flow.send(outcome)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        flow.close()


def _in_turn(effect: Effect, steps: list[Step]) -> Effect:
    if not isinstance(effect, Together):
        return effect
    flows = tuple(recorded(flow, steps) for flow in effect.flows)
    return Together(flows, 1, effect.keep_errors)


def _write(steps: list[Step], effect: Effect, outcome: object) -> None:
    if not isinstance(effect, Together):  # its flows have written down what they did
        steps.append(Step(effect, outcome))


@dataclass(frozen=True)
class Asked:
    """A request as it reached a canned vendor."""

    method: str
    url: str
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)


def canned_transport(reply: Callable[[Asked], Answer]) -> Any:  # noqa: ANN401 - two libraries' own
    """A transport for either client of the HTTP library in use; the function is the vendor."""
    library = http_library()

    def respond(asked: Asked) -> object:
        given = reply(asked)
        return library.Response(
            given.status, headers=list(given.headers.items()), content=given.body
        )

    class Canned(library.BaseTransport, library.AsyncBaseTransport):  # type: ignore[misc,name-defined]  # one of two modules, known when it runs
        def handle_request(self, request: Any) -> object:  # noqa: ANN401
            return respond(_asked(request, request.read()))

        async def handle_async_request(self, request: Any) -> object:  # noqa: ANN401
            return respond(_asked(request, await request.aread()))

    return Canned()


def _asked(request: Any, body: bytes) -> Asked:  # noqa: ANN401
    return Asked(request.method, str(request.url), Headers(request.headers.multi_items()), body)
