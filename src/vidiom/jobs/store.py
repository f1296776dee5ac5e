"""The contract of a job store and of an archive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from vidiom.errors import StoreError
from vidiom.flow.exchange import PartWriter
from vidiom.jobs.deliveries import DeliveryStore
from vidiom.jobs.faults import another_job
from vidiom.jobs.queries import Counts, JobQuery, Limits, Reservation, Tracked
from vidiom.jobs.records import StateChange, StoredJob
from vidiom.schema.jobs import JobState
from vidiom.schema.media import FileMedia, ImageBatch
from vidiom.schema.raw import Bytes

__all__ = ["Archive", "JobStore", "archived_digests", "changed", "is_digest"]

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class Archive(Protocol):
    """Content by its SHA-256 digest. Implementations may be called from several threads."""

    def put(self, content: Bytes) -> str:
        """Keep the content; its digest in hex. Putting it again changes nothing.

        Raises:
            StoreError: It cannot be written; nothing is left half-written.
        """

    def put_file(self, content: Bytes) -> Path:
        """Keep the content so that ``path`` costs nothing: media that will be read as a file."""
        return self.path(self.put(content))

    def open(self, name: str, media_type: str | None) -> PartWriter:
        """Begin a raw part that arrives in chunks; memory use does not depend on its size."""

    def read(self, sha256: str) -> Bytes:
        """The content, mapped where that is possible instead of loaded.

        Raises:
            StoreError: It is not there, or is seen not to have this digest any more.
        """

    def require(self, sha256: str) -> None:
        """Refuse what is not there.

        Raises:
            StoreError: The archive holds nothing of this digest.
        """
        self.read(sha256)

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

    @property
    def deliveries(self) -> DeliveryStore:
        """What is kept of these jobs' webhooks."""

    def add(self, record: StoredJob) -> None:
        """Keep a new job.

        Raises:
            StoreError: Its id is taken, or its vendor's job is another job's, or the archive has
                not what it says.
        """

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
            StoreError: The change gives it another id, a vendor's job that is another job's, or an
                answer that the archive has not.
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
        """Forget a job, and what the archive holds for it alone.

        Raises:
            UnknownJob: There is none.
        """

    def history(self, job_id: str) -> Sequence[StateChange]:
        """What happened to a job, the oldest first.

        Raises:
            UnknownJob: There is none.
        """

    # Many jobs at once ------------------------------------------------------------------------

    def add_many(self, records: Sequence[StoredJob]) -> frozenset[str]:
        """Keep new jobs in one transaction; the ids of those that were not there yet."""

    def update_many(
        self, job_ids: Iterable[str], change: Callable[[StoredJob], StoredJob]
    ) -> Sequence[StoredJob]:
        """:meth:`update` for many in one transaction; ids that are unknown are left out."""

    def track(self, query: JobQuery) -> Sequence[Tracked]:
        """The little that following these jobs takes, the oldest first."""

    def counts(self, query: JobQuery) -> Counts:
        """How many of these are in which state."""

    def accounts(self, query: JobQuery) -> Sequence[tuple[str, str]]:
        """Provider and account (empty for the default one) where one of these is unfinished."""

    def reserve(
        self,
        job_id: str,
        change: Callable[[StoredJob], StoredJob],
        *,
        limits: Limits,
        at: datetime,
    ) -> Reservation:
        """:meth:`update`, but only while the limits of the job's account leave room for it.

        Raises:
            UnknownJob: There is none.
        """

    def lease(
        self,
        names: Sequence[str],
        holder: str,
        *,
        until: datetime,
        at: datetime,
        limit: int | None = None,
    ) -> Sequence[str]:
        """Take what nobody else holds at the moment ``at``; the names that are now ours."""

    def renew(self, holder: str, *, until: datetime, at: datetime) -> int:
        """Keep everything that this holder holds for longer; how much that is."""

    def release(self, names: Sequence[str], holder: str) -> None:
        """Let go of what this holder holds."""

    def close(self) -> None:
        """Release files and connections; the store is not used afterwards."""


def is_digest(text: str) -> bool:
    """Whether the text is a SHA-256 digest in hex: then it is safe as a file's name."""
    return _DIGEST.fullmatch(text) is not None


def archived_digests(record: StoredJob, archive: Archive) -> frozenset[str]:
    """What of the archive belongs to a job: its answer, and media that was put there for it."""
    answer = record.answer
    digests = {part.sha256 for part in answer.parts} if answer is not None else set()
    media = record.order.media
    images = [image.media for image in media.images] if isinstance(media, ImageBatch) else [media]
    for file in (image for image in images if isinstance(image, FileMedia)):
        name = Path(file.path).name
        if is_digest(name):
            with suppress(StoreError):  # a file of the user's that is only named like a digest
                if archive.path(name) == Path(file.path):
                    digests.add(name)
    return frozenset(digests)


def changed(record: StoredJob, change: Callable[[StoredJob], StoredJob]) -> StoredJob:
    """The record after a change, which must be one of the same job."""
    new = change(record)
    if new.job.id != record.job.id:
        raise another_job(record.job.id, new.job.id)
    return new
