"""The contract of a job store and of an archive. Kept small: one may be written in an hour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from vidiom.flow.exchange import PartWriter
from vidiom.jobs.records import StoredJob
from vidiom.schema.jobs import JobState
from vidiom.schema.raw import Bytes, RawPart

__all__ = ["Archive", "JobStore"]


class Archive(Protocol):
    """Content by its SHA-256 digest. Implementations may be called from several threads."""

    def put(self, content: Bytes) -> str:
        """Keep the content; its digest in hex. Putting it again changes nothing.

        Raises:
            StoreError: It cannot be written; nothing is left half-written.
        """

    def open(self, name: str, media_type: str | None) -> PartWriter:
        """Begin a raw part that arrives in chunks; memory use does not depend on its size."""

    def read(self, sha256: str) -> Bytes:
        """The content, mapped where that is possible instead of loaded.

        Raises:
            StoreError: It is not there, or does not have this digest any more.
        """

    def path(self, sha256: str) -> Path:
        """A file that holds the content, for those who need one."""

    def remove(self, sha256: str) -> None:
        """Delete the content; no error when it is not there."""


class JobStore(Protocol):
    """Jobs by id. Every method is one transaction, safe for several threads and processes.

    Methods may block; flows call them through ``run_blocking``.

    Raises (any method):
        StoreError: The store is read-only, full, locked or damaged; the message says what to do.
    """

    @property
    def archive(self) -> Archive:
        """Where the raw answers of these jobs are."""

    def add(self, record: StoredJob) -> None:
        """Keep a new job; ``StoreError`` when its id is taken."""

    def get(self, job_id: str) -> StoredJob:
        """The job of this id.

        Raises:
            UnknownJob: There is none.
        """

    def update(self, job_id: str, change: Callable[[StoredJob], StoredJob]) -> StoredJob:
        """Replace a job by what ``change`` makes of it, atomically; the new record.

        ``change`` may run again when another process was faster: it must only compute.

        Raises:
            UnknownJob: There is none.
        """

    def list(
        self,
        *,
        provider: str | None = None,
        states: Sequence[JobState] = (),
        limit: int | None = None,
    ) -> Sequence[StoredJob]:
        """Jobs, the newest first; ``states`` empty means all."""

    def remove(self, job_id: str) -> None:
        """Forget a job, and its archived answer where no other job shares it."""

    def close(self) -> None:
        """Release files and connections; the store is not used afterwards."""


def archived(archive: Archive, part: RawPart) -> RawPart:
    """The part after its content was put into the archive, mapped from there."""
    digest = archive.put(part.content)
    return RawPart(part.name, archive.read(digest), part.media_type)
