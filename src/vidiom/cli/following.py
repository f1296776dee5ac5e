"""Bringing a job to its end: submit, wait with progress, and what Ctrl-C means meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vidiom.cli.outcome import Interrupted
from vidiom.cli.progress import shown_progress
from vidiom.cli.requests import Request
from vidiom.errors import UnknownJob, UsageError

if TYPE_CHECKING:
    from vidiom.client.client import Client
    from vidiom.schema.jobs import Job
    from vidiom.schema.result import BatchResult, Result

__all__ = ["job_of", "result_of", "submitted", "waited"]

_SHORTEST_PREFIX: Final = 4
_IDS_SHOWN: Final = 3


def submitted(client: Client, request: Request) -> Job:
    """The job, created at the provider."""
    options = request.order_options()
    try:
        with shown_progress() as news:
            if request.batch:
                return client.submit_batch(
                    request.provider, list(request.media), on_progress=news, **options
                )
            return client.submit(request.provider, request.media[0], on_progress=news, **options)
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted before the provider had confirmed the job; `vidiom list` shows how far "
            "it came.",
            provider=request.provider,
            operation="submit",
        ) from None


def waited(client: Client, job: Job, timeout: float | None) -> Result | BatchResult:
    """The result, when the job has come to its end."""
    try:
        with shown_progress() as news:
            if job.batch:
                return client.wait_batch(job, timeout=timeout, on_progress=news)
            return client.wait(job, timeout=timeout, on_progress=news)
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted; the job goes on, and nothing is lost. `vidiom wait {job.id}` waits for "
            f"it again, `vidiom cancel {job.id}` stops it.",
            provider=job.provider,
            operation="wait",
        ) from None


def result_of(client: Client, job: Job) -> Result | BatchResult:
    """The result of a job that has ended."""
    return client.result_batch(job) if job.batch else client.result(job)


def job_of(client: Client, text: str) -> Job:
    """The job of this id, or the only one whose id begins like this.

    Raises:
        UnknownJob: There is none.
        UsageError: There are several, or the beginning is too short to tell.
    """
    try:
        return client.get(text)
    except UnknownJob:
        pass
    if len(text) < _SHORTEST_PREFIX:
        raise UsageError(f"{text!r} is too short for a job's id; type 4 characters or more.")
    found = [job for job in client.list() if job.id.startswith(text.lower())]
    if not found:
        raise UnknownJob(f"there is no job {text!r}; `vidiom list` shows all jobs.")
    if len(found) > 1:
        ids = ", ".join(job.id for job in found[:_IDS_SHOWN])
        more = ", …" if len(found) > _IDS_SHOWN else ""
        raise UsageError(f"{text!r} may be {len(found)} jobs ({ids}{more}); type more of the id.")
    return found[0]
