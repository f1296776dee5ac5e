"""What the vendor says of a job and of its items, in neutral states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self

import msgspec

from vidiom.errors import MalformedAnswer
from vidiom.schema.jobs import JobFailure, JobState, JobStatus
from vidiom.schema.latency import MediaType
from vidiom.schema.result import ItemFailure
from vidiom_generic import wire
from vidiom_generic.reasons import failure
from vidiom_generic.settings import StateWord

__all__ = ["STATES", "WORDS", "Vocabulary", "combined", "item_failure"]

# docs.noxo.dev/api/v0.2.0 names finished and failed only; the rest is assumed.
STATES: Final[Mapping[str, StateWord]] = MappingProxyType(
    {
        **dict.fromkeys(("queued", "pending", "accepted", "created", "submitted"), "queued"),
        **dict.fromkeys(("processing", "running", "in_progress", "started"), "running"),
        **dict.fromkeys(("finished", "completed", "succeeded", "success", "done"), "succeeded"),
        **dict.fromkeys(("failed", "error", "errored"), "failed"),
        **dict.fromkeys(("cancelled", "canceled"), "canceled"),
        **dict.fromkeys(("timeout", "timed_out", "expired"), "timeout"),
    }
)
"""The vendor's words for states; more come from the setting ``states``."""

WORDS: Final[Mapping[StateWord, JobState]] = MappingProxyType(
    {
        "queued": JobState.QUEUED,
        "running": JobState.RUNNING,
        "succeeded": JobState.SUCCEEDED,
        "failed": JobState.FAILED,
        "canceled": JobState.CANCELED,
        "timeout": JobState.FAILED,
    }
)

_NO_REASON: Final = "the vendor gives no reason"
_MEMBER: Final[Mapping[MediaType, str]] = MappingProxyType({"video": "result", "image": "items"})


@dataclass(frozen=True)
class Vocabulary:
    """The words for states that are known."""

    words: Mapping[str, StateWord]

    @classmethod
    def of(cls, more: Mapping[str, StateWord]) -> Self:
        """The usual words and those of the settings."""
        return cls({**STATES, **{_plain(word): meaning for word, meaning in more.items()}})

    def meaning(self, word: str) -> StateWord:
        """What a word stands for; an unknown one is no end."""
        return self.words.get(_plain(word), "running")

    def failed(self, word: str | None) -> bool:
        """Whether a word, where there is one, says that something went wrong."""
        return word is not None and self.meaning(word) in ("failed", "canceled", "timeout")

    def status(self, said: wire.JobOutcome, kind: MediaType, operation: str) -> JobStatus:
        """The state of a job, by its answer or its webhook.

        Raises:
            MalformedAnswer: It has ended well, and its result or items are not there.
        """
        if said.status is None:
            raise _without("status", operation)
        meaning = self.meaning(said.status)
        state = WORDS[meaning]
        if state.has_result:
            return self._succeeded(said, kind, operation)
        reason = None
        if state.terminal:
            reason = failure(said.error, otherwise=_NO_REASON)
            if meaning == "timeout" and reason.code == "failed":
                reason = JobFailure(code="timeout", message=reason.message)
        return JobStatus(state=state, vendor_state=said.status, stage=said.status, failure=reason)

    def _succeeded(self, said: wire.JobOutcome, kind: MediaType, operation: str) -> JobStatus:
        content = said.result if kind == "video" else said.items
        if not bytes(memoryview(content)[:1]).startswith(b"{" if kind == "video" else b"["):
            raise _without(_MEMBER[kind], operation)
        if kind == "video":
            return JobStatus(state=JobState.SUCCEEDED, vendor_state=said.status)
        items = msgspec.json.decode(content, type=list[msgspec.Raw])
        return items_status(map(read_item, items), self, said.status)


def read_item(content: msgspec.Raw) -> wire.ItemOutcome:
    """One item of a batch; one that is none counts as failed."""
    try:
        return msgspec.json.decode(content, type=wire.ItemOutcome)
    except msgspec.ValidationError:
        return wire.ItemOutcome()


def items_status(
    items: Iterable[wire.ItemOutcome], words: Vocabulary, word: str | None
) -> JobStatus:
    """The state of a batch that has ended: partial where an image failed, failed where all did."""
    failures = [item_failure(item, words) for item in items]
    failed = [one for one in failures if one is not None]
    if not failed:
        return JobStatus(state=JobState.SUCCEEDED, vendor_state=word)
    reason = JobFailure(
        code=failed[0].code,
        message=f"{len(failed)} of {len(failures)} images failed, the first one: "
        f"{failed[0].message}",
    )
    state = JobState.PARTIAL if len(failed) < len(failures) else JobState.FAILED
    return JobStatus(state=state, vendor_state=word, failure=reason)


def item_failure(item: wire.ItemOutcome, words: Vocabulary) -> ItemFailure | None:
    """Why an image has no result; ``None`` when it has one.

    Failed is what has an error, a failed state, or no result; a failed state or an error within
    the result counts as well (all of it assumed: no failed item is shown).
    """
    inner = _outcome(item.result)
    if _says(item.error) or words.failed(item.status):
        return _item_failure(item.error if _says(item.error) else inner.error)
    if bytes(memoryview(item.result)[:1]) != b"{":
        return ItemFailure(code="no_result", message="the vendor gives neither result nor error")
    if _says(inner.error) or words.failed(inner.status):
        return _item_failure(inner.error)
    return None


def _outcome(content: msgspec.Raw) -> wire.ItemOutcome:
    try:
        return msgspec.json.decode(content, type=wire.ItemOutcome)
    except msgspec.DecodeError:
        return wire.ItemOutcome()


def _item_failure(error: msgspec.Raw) -> ItemFailure:
    reason = failure(error, otherwise=_NO_REASON)
    return ItemFailure(code=reason.code, message=reason.message)


def _says(error: msgspec.Raw) -> bool:
    return bytes(memoryview(error)) not in (b"", b"null", b"false", b'""', b"{}", b"[]")


def combined(statuses: Iterable[JobStatus]) -> JobStatus:
    """The state of a batch that became several jobs, once all of them have ended."""
    known = list(statuses)
    states = {one.state for one in known}
    if len(known) == 1 or states == {JobState.SUCCEEDED}:
        return known[0]
    reasons = [one.failure for one in known if one.failure is not None]
    some = any(state.has_result for state in states)
    end = JobState.PARTIAL if some else min(states, key=list(JobState).index)
    return JobStatus(
        state=end,
        vendor_state=known[-1].vendor_state,
        failure=reasons[0] if reasons else None,
    )


def _plain(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")


def _without(member: str, operation: str) -> MalformedAnswer:
    return MalformedAnswer(
        f"the answer has no usable {member!r}.", provider="generic", operation=operation
    )
