"""The answers of DeepVA's API in DeepVA's words; members that are not declared are skipped.

What a result is made of stands in ``rows.py``; what galleries are made of, in ``library.py``.
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct

__all__ = ["Artifact", "Envelope", "Event", "EventData", "Job", "StoredFile"]

# https://docs.deepva.com/core-resources/job. In official samples all of it but `id` and `state` is
# missing now and then. Ids are UUIDs in text, those of storage numbers.


class Envelope(Struct, gc=False):
    """The frame of every list (https://docs.deepva.com/pagination).

    ``next`` and ``prev`` are not declared: the vendor's own samples show them pointing beyond the
    end, to themselves, to another resource, and to plain http.
    """

    total: int | None = None
    offset: int | None = None
    limit: int | None = None
    data: list[Raw] | None = None


class MediaInfo(Struct, gc=False):
    """``info`` of a summary; empty for images."""

    fps: float | None = None
    resolution: list[int] | None = None
    total_frames: int | None = None
    duration: float | None = None


class ResultSummary(Struct, gc=False):
    """One source in the deprecated ``result.summary``: only what it says of the media is read."""

    source: str | None = None
    media_type: str | None = None
    info: MediaInfo | None = None


class JobResult(Struct, gc=False):
    """The deprecated ``result``; its links are not declared, for they are never followed."""

    summary: list[ResultSummary] | None = None


class Job(Struct, gc=False):
    """A job."""

    id: str | None = None
    tag: str | None = None
    state: str | None = None
    errors: list[str] | None = None
    progress: float | None = None
    duration: float | None = None
    """Seconds that the job has run; not the length of the media."""
    time_created: str | None = None
    time_started: str | None = None
    time_completed: str | None = None
    sources: list[str] | None = None
    modules: dict[str, dict[str, Any]] | None = None
    media_type: str | None = None
    ttl: int | None = None
    result: JobResult | None = None


class Artifact(Struct, gc=False):
    """A file that a module made. Only that it has an id is documented."""

    id: str | None = None
    name: str | None = None
    file_name: str | None = None
    type: str | None = None
    module: str | None = None


class StoredFile(Struct, gc=False):
    """A file or folder of the storage (https://docs.deepva.com/core-resources/storage)."""

    id: int | str | None = None
    """A number in samples, a text in the table."""
    url: str | None = None
    """``storage://…``, which jobs take as a source; ``None`` for folders."""
    file_size: int | None = None
    name: str | None = None
    uploaded: bool | None = None
    upload_failed: bool | None = None
    is_image: bool | None = None
    is_folder: bool | None = None


class EventData(Struct, gc=False):
    """``data`` of a webhook."""

    job: Job | None = None


class Event(Struct, gc=False):
    """The body of a webhook (https://docs.deepva.com/webhooks)."""

    event: str
    timestamp: float | str | None = None
    """Unix time in seconds."""
    data: EventData | None = None
