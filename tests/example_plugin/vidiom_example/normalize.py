"""Example's words in vidiom's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from vidiom.provider import read_part, readable
from vidiom.schema.detections import AnyDetection, Custom, Label, Shot
from vidiom.schema.features import Feature
from vidiom.schema.jobs import JobFailure, JobState, JobStatus
from vidiom.schema.media import MediaFacts
from vidiom.schema.provenance import Notice, NoticeCode, Provenance, Source
from vidiom.schema.raw import RawResult
from vidiom.schema.result import Result, in_order
from vidiom.schema.segments import Segment
from vidiom_example import wire

__all__ = ["FEATURES", "PART", "result", "status"]

PART = "core"

# https://api.example/docs#detect
FEATURES: Mapping[Feature, str] = {Feature.SHOTS: "shot", Feature.LABELS: "thing"}

# https://api.example/docs#states
STATES: Mapping[str, JobState] = {
    "waiting": JobState.QUEUED,
    "working": JobState.RUNNING,
    "done": JobState.SUCCEEDED,
    "broken": JobState.FAILED,
    "stopped": JobState.CANCELED,
}


def status(job: wire.JobState) -> JobStatus:
    """The state in neutral words."""
    state = STATES.get(job.state, JobState.RUNNING)  # a word that is new to us is no end
    failed = state is JobState.FAILED
    with readable("example", "check"):
        return JobStatus(
            state=state,
            vendor_state=job.state,
            progress=None if job.progress is None else job.progress / 100,
            poll_after=job.retry_in,
            failure=JobFailure(code=job.state, message=job.reason or "") if failed else None,
        )


def result(raw: RawResult, *, adapter_version: str) -> Result:
    """The answer in neutral words."""
    answer = read_part(raw, PART, wire.Analysis, operation="normalize")
    with readable("example", "normalize"):
        detections = in_order(_detection(*one) for one in enumerate(answer.findings))
        versions = {"model": answer.model} if answer.model is not None else {}
        return Result(
            media=MediaFacts(duration=answer.media.seconds),
            detections=detections,
            notices=tuple(_unmapped(detections)),
            provenance=Provenance(
                provider="example", adapter_version=adapter_version, vendor_versions=versions
            ),
        )


def _detection(number: int, found: msgspec.Raw) -> AnyDetection:
    one = msgspec.json.decode(found, type=wire.Finding)
    source = Source(PART, f"/findings/{number}", one.type, one.id)
    segments = (Segment(one.start, one.end),)
    name = f"{one.type}-{number}"
    if one.type == "shot":
        return Shot(id=name, confidence=one.score, segments=segments, source=source)
    if one.type == "thing":
        label, score = one.name, one.score
        return Label(id=name, label=label, confidence=score, segments=segments, source=source)
    words = msgspec.json.decode(found)
    return Custom(id=name, label=one.name, segments=segments, source=source, data=words)


def _unmapped(detections: tuple[AnyDetection, ...]) -> Iterator[Notice]:
    count = sum(isinstance(one, Custom) for one in detections)
    if count:
        message = "Types without a neutral kind are kept as `custom`, in Example's words."
        yield Notice(code=NoticeCode.UNMAPPED, message=message, count=count)
