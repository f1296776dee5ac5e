"""DeepVA's words in vidiom's: a result of its parts, and the states of a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vidiom.schema.jobs import JobFailure, JobState, JobStatus
from vidiom.schema.provenance import Provenance
from vidiom.schema.raw import RawResult
from vidiom.schema.result import Result
from vidiom_deepva import wire

__all__ = ["result", "status"]

# https://docs.deepva.com/core-resources/job; an unknown state is no end
STATES: Final[Mapping[str, JobState]] = {
    "waiting": JobState.QUEUED,
    "processing": JobState.RUNNING,
    "completed": JobState.SUCCEEDED,
    "stopped": JobState.CANCELED,
    "failed": JobState.FAILED,
}


def status(said: wire.Job, word: str) -> JobStatus:
    """The state in neutral words."""
    state = STATES.get(word, JobState.RUNNING)
    failure = None
    if state is JobState.FAILED:
        reasons = "; ".join(said.errors or ()) or "the vendor gives no reason"
        failure = JobFailure(code=word, message=reasons)
    return JobStatus(state=state, vendor_state=word, failure=failure)


def result(raw: RawResult, *, adapter_version: str) -> Result:
    """The answer in neutral words."""
    return Result(provenance=Provenance(provider=raw.provider, adapter_version=adapter_version))
