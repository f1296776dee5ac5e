"""Checks of what becomes of unreadable answers: an error of ours, never a foreign one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from vidiom.errors import VidiomError
from vidiom.flow.effects import Answer, Send
from vidiom.schema.raw import RawResult
from vidiom.testing.conformance.conversation import (
    Act,
    Conversation,
    conversation_of,
    replayed,
    stubborn,
)
from vidiom.testing.conformance.documents import GARBAGE, with_wrong_values
from vidiom.testing.conformance.refusals import error_faults
from vidiom.testing.conformance.subject import Subject
from vidiom.testing.conformance.talk import VALUES
from vidiom.testing.scripted import answer, saved

__all__ = ["AnswerChecks"]


class AnswerChecks(Subject):
    """Answers with status 200 that are not what the vendor documents."""

    def test_garbage_raises_only_errors_of_ours(self) -> None:
        """HTML, cut JSON, nothing at all, other types: at every request of every operation."""
        talk = conversation_of(type(self), "sync")
        faults: list[str] = []
        for act in talk.acts:
            for number, request in act.sends():
                for body in GARBAGE:
                    where = f"{act.operation}, {request!r} answered with {body[:20]!r}"
                    faults += self._answered(talk, act, number, body, where)
        assert not faults, "\n".join(faults)

    def test_a_wrong_value_anywhere_raises_only_errors_of_ours(self) -> None:
        """Every sort of value of every answer is replaced by ones of other types and sizes.

        Troubleshooting: read answers within ``with readable(...)``, which turns the ``ValueError``
        of a wrong value into ``MalformedAnswer``.
        """
        talk = conversation_of(type(self), "sync")
        faults: list[str] = []
        done: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        for act in talk.acts:
            for number, request in act.sends():
                had = done[act.operation, number]
                for what, body in with_wrong_values(_body(act, number), self.maps, had):
                    where = f"{act.operation}, {request!r} answered with {what}"
                    faults += self._answered(talk, act, number, body, where)
        assert not faults, "\n".join(faults)

    def _answered(
        self, talk: Conversation, act: Act, number: int, body: bytes, where: str
    ) -> Iterator[str]:
        def reply(request: Send) -> Answer:
            return saved(answer(200, body), request)

        adapter = talk.adapter()
        try:
            value = replayed(act, adapter, number, stubborn(reply))
            if not isinstance(value, VALUES[act.operation]):
                yield f"{where}: the value is a {type(value).__name__}"
            if isinstance(value, RawResult):
                _read(talk, value)
        except VidiomError as error:
            yield from error_faults(error, self.provider.name, where)
        except Exception as error:  # noqa: BLE001 - anything may come out of a plugin
            yield f"{where}: a foreign {type(error).__name__}: {error}"


def _read(talk: Conversation, raw: RawResult) -> None:
    adapter = talk.adapter()
    if any(reading.batch and set(reading.raw) == set(raw) for reading in talk.readings):
        adapter.normalize_batch(raw)
    else:
        adapter.normalize(raw)


def _body(act: Act, number: int) -> bytes:
    outcome = act.steps[number].outcome
    if not isinstance(outcome, Answer):
        return b""
    return outcome.body if outcome.part is None else bytes(outcome.part.content)
