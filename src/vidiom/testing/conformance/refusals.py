"""Checks of what becomes of refusals and lost answers: errors by status, never by words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from vidiom.errors import (
    ApiError,
    AuthenticationFailed,
    Conflict,
    Expired,
    NotFound,
    RateLimited,
    RequestRejected,
    ServerError,
    TooLarge,
    TransportError,
    UnsupportedMediaType,
    VidiomError,
)
from vidiom.flow.effects import Send
from vidiom.schema.raw import RawResult
from vidiom.testing.conformance.conversation import (
    Act,
    Conversation,
    conversation_of,
    replayed,
    stubborn,
)
from vidiom.testing.conformance.subject import CANARY, Subject
from vidiom.testing.scripted import answer

__all__ = ["RefusalChecks", "error_faults"]

ERRORS: Final[Mapping[int, type[ApiError]]] = {
    400: RequestRejected,
    401: AuthenticationFailed,
    403: AuthenticationFailed,
    404: NotFound,
    409: Conflict,
    410: Expired,
    413: TooLarge,
    415: UnsupportedMediaType,
    422: RequestRejected,
    429: RateLimited,
    500: ServerError,
    502: ServerError,
    503: ServerError,
}

#: With these, a vendor may say that it does not have a part of an answer.
ABSENT: Final = frozenset({400, 404, 409, 410, 422})

#: Error bodies: some vendors repeat the key that they refuse, others answer with a page.
BODIES: Final = (
    f'{{"error":"no {CANARY}","message":"{CANARY}","detail":{{"message":"{CANARY}"}}}}'.encode(),
    b"<html><body>Bad Gateway</body></html>",
    b"",
    b"\xff\xfe\x00",
    b"[" * 100_000,
)


def error_faults(error: BaseException, provider: str, where: str) -> list[str]:
    """What is wrong with an error that a caller would see."""
    if not isinstance(error, VidiomError):
        return [f"{where}: a foreign {type(error).__name__}: {error}"]
    faults = []
    if error.provider != provider or not error.operation:
        faults.append(f"{where}: {type(error).__name__} names no provider or no operation")
    shown = (str(error), repr(error), repr(error.args), repr(error.to_json_object()))
    if any(CANARY in text for text in shown):
        faults.append(f"{where}: {type(error).__name__} shows the API key")
    return faults


class RefusalChecks(Subject):
    """Refusals and lost answers, at every request of every operation."""

    @pytest.mark.parametrize("status", ERRORS)
    def test_a_refusal_becomes_the_error_of_its_status(self, status: int) -> None:
        """Troubleshooting: what an operation deals with itself is declared in ``handles``."""
        talk = conversation_of(type(self), "sync")
        faults: list[str] = []
        for act in talk.acts:
            for number, request in act.sends():
                for body in BODIES if status in (401, 500) else BODIES[:1]:
                    faults += self._refused(talk, act, number, request, status, body)
        assert not faults, "\n".join(faults)

    def _refused(
        self, talk: Conversation, act: Act, number: int, request: Send, status: int, body: bytes
    ) -> list[str]:
        where = f"{act.operation}, {request!r} refused with {status}"
        refused = stubborn(lambda _: answer(status, body, [("Retry-After", "7")]))
        handled = status in self.handles.get(act.operation, ())
        try:
            value = replayed(act, talk.adapter(), number, refused)
        except Exception as error:  # noqa: BLE001 - anything may come out of a plugin
            faults = error_faults(error, self.provider.name, where)
            if not handled and type(error) is not ERRORS[status]:
                faults.append(
                    f"{where}: {type(error).__name__} instead of {ERRORS[status].__name__}"
                )
            elif isinstance(error, RateLimited) and error.retry_after != 7.0:  # noqa: PLR2004
                faults.append(f"{where}: retry_after is lost")
            return faults
        told = isinstance(value, RawResult) and (
            value.context.failed_parts or (status in ABSENT and value.context.not_available)
        )
        return [] if handled or told else [f"{where}: the operation went on as if nothing were"]

    def test_a_lost_answer_becomes_an_error_of_ours(self) -> None:
        """The connection breaks at each request in turn."""
        talk = conversation_of(type(self), "sync")
        faults: list[str] = []

        def lost(_: Send) -> object:
            raise TransportError("the connection broke.")

        for act in talk.acts:
            for number, request in act.sends():
                where = f"{act.operation}, {request!r} lost"
                try:
                    value = replayed(act, talk.adapter(), number, stubborn(lost))
                except Exception as error:  # noqa: BLE001 - anything may come out of a plugin
                    faults += error_faults(error, self.provider.name, where)
                else:
                    if not (isinstance(value, RawResult) and value.context.failed_parts):
                        faults.append(f"{where}: the operation went on as if nothing were")
        assert not faults, "\n".join(faults)
