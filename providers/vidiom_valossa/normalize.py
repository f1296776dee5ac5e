"""Valossa's words in vidiom's: a result of its parts, and the states of a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Final

from vidiom.provider import read_part, readable
from vidiom.provider.notes import Notes
from vidiom.provider.salvage import read_document
from vidiom.schema.jobs import JobFailure, JobState, JobStatus
from vidiom.schema.provenance import NoticeCode
from vidiom.schema.raw import RawResult
from vidiom.schema.result import Result, in_order
from vidiom_valossa import metadata, parts, wire
from vidiom_valossa.facts import media_facts, note_version, provenance
from vidiom_valossa.findings import read_core
from vidiom_valossa.placing import BOXED_PARTS, boxes, opened, strangers
from vidiom_valossa.reading import CORE
from vidiom_valossa.segmentation import captions, shot_starts
from vidiom_valossa.undecoded import OpenedCore

__all__ = ["PollRange", "result", "status"]

# https://docs.valossa.com/api-reference/job-status; more may be added, and an unknown one is no end
STATES: Final[Mapping[str, JobState]] = {
    "queued": JobState.QUEUED,
    "on_hold": JobState.QUEUED,
    "preparing_analysis": JobState.RUNNING,
    "processing": JobState.RUNNING,
    "finished": JobState.SUCCEEDED,
    "error": JobState.FAILED,
    "canceled": JobState.CANCELED,
    "cancelled": JobState.CANCELED,
}


@dataclass(frozen=True)
class PollRange:
    """Within which the vendor's suggestion to ask again is taken."""

    shortest: float
    longest: float

    def clamped(self, hint: float | str | None) -> float | None:
        """The hint in seconds; ``None`` when there is none that can be used."""
        try:
            seconds = float(hint) if hint is not None else None
        except ValueError:
            return None
        if seconds is None or not isfinite(seconds):
            return None
        return min(self.longest, max(self.shortest, seconds))


def status(said: wire.JobStatus, word: str, poll: PollRange) -> JobStatus:
    """The state in neutral words."""
    state = STATES.get(word, JobState.RUNNING)
    failure = None
    if state is JobState.FAILED:
        message = said.details or "the vendor gives no reason"
        failure = JobFailure(code=word, message=message)
    transfer = said.media_transfer_status
    under_way = not state.terminal and transfer not in (None, "finished")
    return JobStatus(
        state=state,
        vendor_state=word,
        poll_after=None if state.terminal else poll.clamped(said.poll_again_after_seconds),
        stage=f"media transfer: {transfer}" if under_way else word,
        failure=failure,
    )


def result(raw: RawResult, *, adapter_version: str) -> Result:
    """The answer in neutral words; parts that are missing are said to be."""
    raw = parts.recognised(raw)
    if not any(name in raw for name in (CORE, parts.CAPTIONS, *BOXED_PARTS)):
        read_part(raw, CORE, OpenedCore, operation="normalize")  # says which parts there are
    notes = Notes()
    with readable(raw.provider, "normalize"):
        core = _core(raw, notes)
        envelopes = [opened(raw[name], notes) for name in BOXED_PARTS if name in raw]
        described = _captions(raw, notes)
        headers: dict[str, metadata.Header] = {CORE: core} if CORE in raw else {}
        headers |= {one.part: one.header for one in envelopes}
        if described is not None:
            headers[parts.CAPTIONS] = described
        for name, header in headers.items():
            note_version(name, header, notes)
        media = media_facts(_fullest(headers))
        places = [boxes(one, media.frame_rate, _starts(core), notes) for one in envelopes]
        found = read_core(core, media, places, notes)
        detections = [*found.detections, *strangers(places, found.reading.types, notes)]
        if described is not None:
            detections += captions(described, parts.CAPTIONS, found.reading)
        return Result.from_models(
            media=media,
            detections=in_order(detections),
            signals=found.signals,
            notices=notes.notices(),
            provenance=provenance(headers, adapter_version=adapter_version),
        )


def _core(raw: RawResult, notes: Notes) -> OpenedCore:
    if CORE in raw:
        return read_document(raw[CORE], OpenedCore, notes, provider="valossa")
    notes.add(
        NoticeCode.FAILED_IN_PART,
        "The core of the answer is missing: there are boxes and captions only.",
    )
    return OpenedCore()


def _captions(raw: RawResult, notes: Notes) -> metadata.Captions | None:
    if parts.CAPTIONS not in raw:
        return None
    return read_document(raw[parts.CAPTIONS], metadata.Captions, notes, provider="valossa")


def _fullest(headers: Mapping[str, metadata.Header]) -> metadata.Header:
    """The header that tells of the media: the core's, else that of any part."""
    telling = [one for one in headers.values() if one.media_info is not None]
    return next(iter([*telling, *headers.values()]))


def _starts(core: OpenedCore) -> list[tuple[int, float]]:
    found = core.segmentations
    return shot_starts(found.detected_shots or ()) if found is not None else []
