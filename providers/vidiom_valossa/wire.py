"""The answers of Valossa's API in Valossa's words; members that are not declared are skipped.

What a finished job's result is made of stands in ``metadata.py``.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

__all__ = [
    "Accepted",
    "Callback",
    "JobStatus",
    "ListedJob",
    "Listing",
    "Refusal",
    "UploadFinished",
    "UploadStarted",
]

# https://docs.valossa.com/api-reference/overview


class Message(Struct, gc=False):
    """One item of ``errors``."""

    message: str | None = None


class Refusal(Struct, gc=False):
    """The body of every error (https://docs.valossa.com/api-reference/error-codes)."""

    errors: list[Message] = []


class Accepted(Refusal, gc=False):
    """``POST new_job``."""

    job_id: str | None = None


class JobStatus(Refusal, gc=False):
    """``GET job_status`` (https://docs.valossa.com/api-reference/job-status)."""

    job_id: str | None = None
    """Missing in the older reference's example."""
    status: str | None = None
    media_transfer_status: str | None = None
    details: str | None = None
    poll_again_after_seconds: float | str | None = None


class ListedJob(Struct, gc=False):
    """One entry of ``GET list_jobs``."""

    job_id: str | None = None
    customer_media_id: str | None = None
    job_status: JobStatus | None = None
    media_info: dict[str, Any] | None = None
    """With ``show_media_info``; name and shape are not documented."""


class Listing(Refusal, gc=False):
    """``GET list_jobs``."""

    jobs: list[ListedJob] | None = None


class UploadStarted(Refusal, gc=False):
    """``POST initialize_file_upload``."""

    upload_id: str | None = None
    file_chunk_size_bytes: int | None = None


class UploadFinished(Refusal, gc=False):
    """``POST finalize_file_upload``."""

    uploaded_file_url: str | None = None


class Callback(Struct, gc=False):
    """The body of a callback."""

    job_id: str
    status: str
