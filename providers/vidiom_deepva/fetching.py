"""Fetching an answer: the job, every page of its results, and the files that hold words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from vidiom.errors import (
    ApiError,
    AuthenticationFailed,
    Conflict,
    JobNotFinished,
    MalformedAnswer,
    NotFound,
    RateLimited,
    RequestRejected,
    ServerError,
)
from vidiom.flow.effects import Flow
from vidiom.schema.jobs import JobRef
from vidiom.schema.media import ImageBatch
from vidiom.schema.orders import Order
from vidiom.schema.raw import RawContext, RawPart, RawResult
from vidiom_deepva import parts, wire
from vidiom_deepva.calls import opened, path_of, read
from vidiom_deepva.paging import Pages
from vidiom_deepva.states import STATES

__all__ = ["fetch"]

_OPERATION = "fetch"


def fetch(
    pages: Pages, job: JobRef, order: Order, *, files: Literal["srt", "all", "none"]
) -> Flow[RawResult]:
    """The answer as received. ``job.result`` is deprecated, so the results have their own lists.

    A list besides the detailed results that is refused for good is noted; what may pass is raised,
    so that it is tried again and nothing is missing for ever.

    Raises:
        JobNotFinished: A webhook told the end of a job that the vendor itself says is still at it:
            its lists would be read half-filled, and kept so.
    """
    path = path_of("jobs", job.vendor_id)
    found = [(yield from pages.calls.save(path, parts.JOB, operation=_OPERATION))]
    _refuse_one_that_runs(found[0], order)
    found += yield from pages.saved(
        f"{path}detailed-results/", parts.DETAILED, operation=_OPERATION
    )
    missing = _Missing()
    found += yield from _optional(pages, f"{path}summarized-results/", parts.SUMMARIZED, missing)
    if files != "none":
        listed = yield from _optional(pages, f"{path}artifacts/", parts.ARTIFACTS, missing)
        found += listed
        for page in listed:
            found += yield from _files(pages, path, page, missing, every=files == "all")
    if isinstance(order.media, ImageBatch):
        manifest = {"external_ids": [one.external_id for one in order.media.images]}
        found.append(RawPart(parts.BATCH, msgspec.json.encode(manifest), "application/json"))
    context = RawContext(
        vendor_job_id=job.vendor_id,
        failed_parts=missing.failed,
        not_available=missing.not_available,
    )
    return RawResult(job.provider, {part.name: part for part in found}, context)


def _refuse_one_that_runs(part: RawPart, order: Order) -> None:
    word = read(part.content, wire.Job, _OPERATION).state
    state = STATES.get(word or "")
    if state is not None and not state.terminal:
        raise JobNotFinished(
            f"the job is still {word}; wait for it first.",
            job_id=order.correlation,
            provider="deepva",
            operation=_OPERATION,
        )


@dataclass
class _Missing:
    """Parts that could not be had, each with the reason."""

    failed: dict[str, str] = field(default_factory=dict)
    not_available: dict[str, str] = field(default_factory=dict)


def _optional(pages: Pages, path: str, prefix: str, missing: _Missing) -> Flow[list[RawPart]]:
    try:
        return (yield from pages.saved(path, prefix, operation=_OPERATION))
    except (AuthenticationFailed, RateLimited, ServerError):
        raise
    except (NotFound, RequestRejected, Conflict) as error:
        missing.not_available[prefix] = error.message
    except (ApiError, MalformedAnswer) as error:
        missing.failed[prefix] = error.message
    return []


def _files(
    pages: Pages, path: str, page: RawPart, missing: _Missing, *, every: bool
) -> Flow[list[RawPart]]:
    """The files of a page of artifacts that are wanted."""
    found: list[RawPart] = []
    for row in opened(page.content, _OPERATION).data or []:
        one = read(row, wire.Artifact, _OPERATION)
        if not one.id or not (every or _may_hold_words(one)):
            continue
        name = f"{parts.ARTIFACT}/{one.id}"
        try:
            file = f"{path}artifacts/{path_of(one.id)}file/"
            found.append((yield from pages.calls.save(file, name, operation=_OPERATION)))
        except NotFound as error:
            missing.not_available[name] = error.message
    return found


def _may_hold_words(artifact: wire.Artifact) -> bool:
    """Whether it is an SRT; one that says nothing of itself may be, for only ids are documented."""
    said = [word.lower() for word in (artifact.name, artifact.file_name, artifact.type) if word]
    return not said or any(word.endswith("srt") for word in said)
