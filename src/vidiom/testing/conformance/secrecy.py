"""Checks that the API key turns up nowhere but in requests."""

from __future__ import annotations

from pydantic import BaseModel

from vidiom.schema.raw import RawResult
from vidiom.testing.conformance.conversation import conversation_of
from vidiom.testing.conformance.subject import CANARY, Subject
from vidiom.testing.conformance.talk import results_of

__all__ = ["SecrecyChecks"]


class SecrecyChecks(Subject):
    """The key of the suite's account is a word that is easily found again."""

    def test_no_log_line_holds_the_key(self) -> None:
        """All loggers at DEBUG, those of the HTTP library included, with both drivers."""
        for driver in ("sync", "async"):
            logged = conversation_of(type(self), driver).logged
            assert [line for line in logged if CANARY in line] == []

    def test_nothing_shows_the_key_when_it_is_printed(self) -> None:
        """Settings, the provider, effects and their outcomes."""
        talk = conversation_of(type(self), "sync")
        adapter = talk.adapter()
        shown = [repr(adapter), repr(adapter.settings), str(adapter.settings)]
        shown += [repr(value) for value in vars(adapter).values()]
        shown += [repr(step) for act in talk.acts for step in act.steps]
        assert [text for text in shown if CANARY in text] == []

    def test_nothing_that_is_stored_holds_the_key(self) -> None:
        """References of jobs and uploads, raw answers and results."""
        talk = conversation_of(type(self), "sync")
        stored = [
            act.value.model_dump_json() for act in talk.acts if isinstance(act.value, BaseModel)
        ]
        stored += [result.to_json() for result in results_of(talk)]
        assert [text for text in stored if CANARY in text] == []
        for reading in talk.readings:
            assert not _holds(reading.raw)


def _holds(raw: RawResult) -> bool:
    return any(CANARY.encode() in bytes(part.content) for part in raw.values())
