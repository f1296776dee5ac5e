"""The vendor's answers in vidiom's words: the result of a video, the results of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec

from vidiom.errors import MalformedAnswer
from vidiom.provider import read_part, readable
from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage, read_column, read_document
from vidiom.schema.detections import AnyDetection
from vidiom.schema.media import MediaFacts
from vidiom.schema.provenance import NoticeCode, Provenance, Source
from vidiom.schema.raw import RawPart, RawResult
from vidiom.schema.result import BatchItem, BatchResult, ItemFailure, Result, in_order
from vidiom.schema.signals import Signal
from vidiom_generic import wire
from vidiom_generic.batches import BATCH, IMAGES
from vidiom_generic.findings import Findings
from vidiom_generic.parts import VIDEO
from vidiom_generic.states import Vocabulary, item_failure

__all__ = ["batch", "result"]

R = TypeVar("R", bound=msgspec.Struct)

_MEMBERS: Final[Mapping[type[msgspec.Struct], Mapping[str, Any]]] = {
    kind: {one.encode_name: one.type for one in msgspec.structs.fields(kind)}
    for kind in (wire.VideoResult, wire.ImageResult)
}
_OUTCOME: Final = frozenset({"status", "error"})
"""Members of a result that tell of its fate, and not of the media."""


def result(raw: RawResult, words: Vocabulary, *, adapter_version: str) -> Result:
    """The answer to a video in neutral words.

    Raises:
        MalformedAnswer: It is none, or has no result.
    """
    part = _video_part(raw)
    notes = Notes()
    with readable(raw.provider, "normalize"):
        members, job_id = _video_members(part, words, notes, raw.provider)
        found = Findings(part.name, "/result", notes)
        activity: Signal | None = None
        if members.frame_activity_diffs:
            activity = found.activity(members.frame_activity_diffs)
        detections: list[AnyDetection] = [
            *found.shots(members.raw_scenes or ()),
            *found.sections(members.sections or ()),
            *found.constellations(members.person_constellation_scenes or ()),
            *found.texts(members.ocr_results or (), timed=True),
        ]
        return Result.from_models(
            media=MediaFacts(type="video"),
            detections=in_order(detections),
            signals=() if activity is None else (activity,),
            notices=tuple(notes.notices()),
            provenance=_provenance(raw.provider, adapter_version, job_id),
        )


def _video_members(
    part: RawPart, words: Vocabulary, notes: Notes, provider: str
) -> tuple[wire.VideoResult, str | None]:
    """The findings and the job's id: read at one go, or with care where that does not work."""
    try:
        known = msgspec.json.decode(part.content, type=wire.KnownVideoAnswer, dec_hook=read_column)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    else:
        return known.result, known.job_id
    answer = read_document(part, wire.JobAnswer, notes, provider=provider)
    if answer.result is None:
        raise _without_result(answer, words, provider)
    members = _Reading(part.name, "/result", notes).members(answer.result, wire.VideoResult)
    return members, answer.job_id


def _video_part(raw: RawResult) -> RawPart:
    """The part called ``video``, or the only one: a file that somebody kept may have any name."""
    if VIDEO not in raw and len(raw) == 1:
        return next(iter(raw.values()))
    if VIDEO not in raw:
        read_part(raw, VIDEO, wire.JobAnswer, operation="normalize")  # says which parts there are
    return raw[VIDEO]


def _without_result(answer: wire.JobAnswer, words: Vocabulary, provider: str) -> MalformedAnswer:
    state = f"its status is {answer.status!r}" if answer.status else "it has no status"
    hint = "Is it the answer to a batch of images? Read it as a batch."
    if words.failed(answer.status):
        hint = "The vendor could not analyse the video."
    return MalformedAnswer(
        f"the answer has no 'result'; {state}. {hint}", provider=provider, operation="normalize"
    )


def batch(raw: RawResult, words: Vocabulary, *, adapter_version: str) -> BatchResult:
    """The answers to a batch of images in neutral words, joined where there were several jobs.

    Raises:
        MalformedAnswer: There is no answer with items.
    """
    notes = Notes()
    with readable(raw.provider, "normalize"):
        reading = _BatchReading(raw, words, adapter_version, notes)
        items: list[BatchItem] = []
        for job in _jobs(raw):
            items += reading.items_of(job)
        names = [item.external_id for item in items]
        if len(set(names)) < len(names):
            items = list(_named_apart(items, notes))
        return BatchResult(
            items=tuple(items),
            notices=tuple(notes.notices()),
            provenance=_provenance(raw.provider, adapter_version, reading.job_id),
        )


def _jobs(raw: RawResult) -> list[wire.BatchJob]:
    """Which images were asked for in which job; of stored answers alone, that is not known."""
    if BATCH in raw:
        return read_part(raw, BATCH, wire.Batch, operation="normalize").jobs
    names = [part.name for part in raw.under(IMAGES)] or list(raw)
    if not names:
        read_part(raw, f"{IMAGES}/0", wire.JobOutcome, operation="normalize")  # says that none is
    return [wire.BatchJob([], part=name) for name in names]


@dataclass
class _BatchReading:
    """The items of the jobs that a batch became."""

    raw: RawResult
    words: Vocabulary
    adapter_version: str
    notes: Notes
    job_id: str | None = field(default=None, init=False)

    def items_of(self, job: wire.BatchJob) -> Iterator[BatchItem]:
        """One for each image that was asked for, and for each that was answered besides."""
        if job.part is None or job.part not in self.raw:
            yield from self._unanswered(job)
            return
        part = self.raw[job.part]
        answer = read_document(part, _Items, self.notes, provider=self.raw.provider)
        self.job_id = self.job_id or answer.job_id
        if answer.items is None:
            yield from self._without_items(job, answer)
            return
        found = self._matched(job, answer.items)
        for name in job.external_ids:
            if name not in found:
                missing = ItemFailure(code="missing", message="the answer has no item for it")
                yield BatchItem(external_id=name, error=missing)
            for number, item in found.pop(name, ()):
                yield self._item(part.name, number, name, item)
        for name, more in found.items():
            if job.external_ids:
                self.notes.add(
                    NoticeCode.ASSUMED,
                    "The answer has items that were not asked for; they were kept.",
                    Source(part.name, f"/items/{more[0][0]}"),
                )
            for number, item in more:
                yield self._item(part.name, number, name, item)

    def _matched(
        self, job: wire.BatchJob, items: list[wire.ItemOutcome | None]
    ) -> dict[str, list[tuple[int, wire.ItemOutcome]]]:
        """The items by their ids; by their places where ids are missing and the counts agree."""
        by_place = len(items) == len(job.external_ids)
        found: dict[str, list[tuple[int, wire.ItemOutcome]]] = {}
        for number, item in enumerate(items):
            read = item or wire.ItemOutcome()
            name = str(read.external_id) if read.external_id is not None else ""
            if not name:
                name = job.external_ids[number] if by_place else f"item {number}"
                self.notes.add(
                    NoticeCode.ASSUMED,
                    "Items without an external id were taken for the images at their places."
                    if by_place
                    else "Items without an external id were named by their places.",
                    Source(job.part or "", f"/items/{number}"),
                )
            found.setdefault(name, []).append((number, read))
        return found

    def _item(self, part: str, number: int, name: str, item: wire.ItemOutcome) -> BatchItem:
        failure = item_failure(item, self.words)
        if failure is not None:
            return BatchItem(external_id=name, error=failure)
        pointer = f"/items/{number}/result"
        notes = Notes()
        reading = _Reading(part, pointer, notes)
        members = reading.members(
            msgspec.json.decode(item.result, type=dict[str, msgspec.Raw]), wire.ImageResult
        )
        found = Findings(part, pointer, notes)
        detections: list[AnyDetection] = [
            *found.tags(members.tags or ()),
            *found.persons(members.person_ids or ()),
            *found.texts(members.ocr_results or (), timed=False),
        ]
        result = Result.from_models(
            media=MediaFacts(type="image"),
            detections=tuple(detections),
            notices=tuple(notes.notices()),
            provenance=_provenance(self.raw.provider, self.adapter_version, self.job_id),
        )
        return BatchItem(external_id=name, result=result)

    def _unanswered(self, job: wire.BatchJob) -> Iterator[BatchItem]:
        code = job.code or "no_answer"
        message = job.message or "the answer of the image's job is not there"
        for name in job.external_ids:
            yield BatchItem(external_id=name, error=ItemFailure(code=code, message=message))

    def _without_items(self, job: wire.BatchJob, answer: _Items) -> Iterator[BatchItem]:
        if not job.external_ids:
            raise MalformedAnswer(
                f"the part {job.part!r} has no 'items'. Is it the answer to a video?",
                provider=self.raw.provider,
                operation="normalize",
            )
        outcome = wire.ItemOutcome(status=answer.status, error=answer.error)
        failure = item_failure(outcome, self.words)
        for name in job.external_ids:
            yield BatchItem(external_id=name, error=failure)


class _Items(msgspec.Struct, gc=False):
    """A batch's answer, its results not yet read."""

    job_id: str | None = None
    status: str | None = None
    error: msgspec.Raw = msgspec.Raw()
    items: list[wire.ItemOutcome | None] | None = None


@dataclass(frozen=True)
class _Reading:
    """One ``result``, read member by member: what is damaged does not take its neighbours along."""

    part: str
    pointer: str
    notes: Notes

    def members(self, content: Mapping[str, msgspec.Raw], kind: type[R]) -> R:
        """The members that are known; the others are told of."""
        known = _MEMBERS[kind]
        salvage = Salvage(self.part, self.notes)
        read: dict[str, object] = {}
        for name, value in content.items():
            pointer = f"{self.pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            if name in known:
                read[name] = salvage.read(value, known[name], pointer)
            elif name not in _OUTCOME:
                self.notes.add(
                    NoticeCode.UNMAPPED,
                    "The answer has findings of a sort that this adapter does not know; they stand "
                    "in the raw answer only.",
                    Source(self.part, pointer),
                )
        return kind(**read)


def _named_apart(items: Iterable[BatchItem], notes: Notes) -> Iterator[BatchItem]:
    """Items of one name made tellable; nothing is dropped."""
    seen: dict[str, int] = {}
    taken: set[str] = set()
    for item in items:
        name = item.external_id
        while name in taken:
            seen[item.external_id] = seen.get(item.external_id, 1) + 1
            name = f"{item.external_id} ({seen[item.external_id]})"
        if name != item.external_id:
            notes.repaired("The answer names an image twice; the later items were given a number.")
        taken.add(name)
        yield item.model_copy(update={"external_id": name})


def _provenance(provider: str, adapter_version: str, job_id: str | None) -> Provenance:
    return Provenance(provider=provider, adapter_version=adapter_version, vendor_job_id=job_id)
