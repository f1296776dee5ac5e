"""The jobs that an order became, as they are kept in its handle and told to the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import msgspec

from vidiom.errors import VidiomError
from vidiom.schema.jobs import JobFailure, JobRef
from vidiom.schema.latency import MediaType
from vidiom.schema.media import ImageBatch
from vidiom.schema.orders import Order
from vidiom_generic import wire

__all__ = ["BATCH", "IMAGES", "UNKNOWN_TIME", "Part", "Submission"]

BATCH = "batch"
"""The raw part that says which images were asked for in which job."""
IMAGES = "images"
"""Prefix of the raw parts that are the answers to these jobs."""
UNKNOWN_TIME = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
"""Of a submission whose moment is not known: long enough ago for every question."""


@dataclass(frozen=True)
class Part:
    """One job at the vendor: a video, or a run of a batch's images."""

    job_id: str | None
    poll: str | None = None
    """Where ``Location`` said to ask."""
    images: int = 0
    """How many of the batch's images, in their order."""
    failure: JobFailure | None = None
    """Why there is no such job."""


@dataclass(frozen=True)
class Submission:
    """What a handle holds besides the vendor's id; plain JSON in the job store."""

    kind: MediaType
    at: datetime
    parts: tuple[Part, ...]

    def ref(self, provider: str) -> JobRef:
        """The handle; it is named after the first job that there is."""
        named = next(one.job_id for one in self.parts if one.job_id is not None)
        return JobRef(
            provider=provider,
            vendor_id=named,
            data={
                "kind": self.kind,
                "submitted_at": self.at.isoformat(),
                "jobs": [_written(one) for one in self.parts],
            },
        )

    @classmethod
    def of(cls, job: JobRef) -> Self:
        """What a handle holds; one without (from a webhook, say) is a video's.

        Raises:
            MalformedAnswer: The handle was not made by this adapter.
        """
        try:
            kept = msgspec.convert(dict(job.data), _Kept)
        except msgspec.ValidationError:
            kept = _Kept()
        parts = [
            Part(
                one.job_id,
                one.poll,
                one.images,
                JobFailure(code=one.code, message=one.message or one.code) if one.code else None,
            )
            for one in kept.jobs or [_KeptJob(job.vendor_id)]
        ]
        return cls(kept.kind, kept.submitted_at, tuple(parts))

    def manifest(self, order: Order, unanswered: dict[int, VidiomError]) -> bytes:
        """The part ``batch``: each job with its images, and why one has no answer."""
        names = _external_ids(order)
        jobs: list[wire.BatchJob] = []
        begin = 0
        for number, one in enumerate(self.parts):
            ids = list(names[begin : begin + one.images])
            begin += one.images
            failure = one.failure
            lost = unanswered.get(number)
            if lost is not None:
                failure = JobFailure(code=type(lost).__name__, message=lost.message)
            jobs.append(
                wire.BatchJob(
                    external_ids=ids,
                    part=f"{IMAGES}/{number}" if failure is None else None,
                    job_id=one.job_id,
                    code=failure.code if failure is not None else None,
                    message=failure.message if failure is not None else None,
                )
            )
        return msgspec.json.encode(wire.Batch(jobs))


class _KeptJob(msgspec.Struct, omit_defaults=True):
    job_id: str | None = None
    poll: str | None = None
    images: int = 0
    code: str | None = None
    message: str | None = None


class _Kept(msgspec.Struct):
    kind: MediaType = "video"
    submitted_at: datetime = UNKNOWN_TIME
    jobs: list[_KeptJob] = []


def _written(part: Part) -> dict[str, object]:
    failure = part.failure
    kept = _KeptJob(
        part.job_id,
        part.poll,
        part.images,
        failure.code if failure is not None else None,
        failure.message if failure is not None else None,
    )
    written: dict[str, object] = msgspec.to_builtins(kept)
    return written


def _external_ids(order: Order) -> Sequence[str]:
    if isinstance(order.media, ImageBatch):
        return [image.external_id for image in order.media.images]
    return []
