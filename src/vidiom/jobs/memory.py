"""A job store in memory: for tests, and for scripts that keep nothing."""

from __future__ import annotations

import hashlib
import shutil
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from threading import RLock

from vidiom.jobs.faults import id_taken, not_in_archive, unknown_job, vendor_id_taken
from vidiom.jobs.memory_deliveries import MemoryDeliveries
from vidiom.jobs.queries import (
    ANSWER_SOON,
    OCCUPYING,
    Counts,
    JobQuery,
    Limits,
    Reservation,
    Tracked,
    unfinished,
)
from vidiom.jobs.records import StateChange, StoredJob, why_of, worth_telling
from vidiom.jobs.store import archived_digests, changed
from vidiom.schema.jobs import JobState
from vidiom.schema.raw import Bytes, RawPart

__all__ = ["MemoryArchive", "MemoryStore"]


class _Writer:
    def __init__(self, archive: MemoryArchive, name: str, media_type: str | None) -> None:
        self._archive, self._name, self._media_type = archive, name, media_type
        self._chunks: list[bytes] = []

    def write(self, chunk: bytes) -> None:
        self._chunks.append(chunk)

    def finish(self) -> RawPart:
        content = b"".join(self._chunks)
        self._archive.put(content)
        return RawPart(self._name, content, self._media_type)

    def abort(self) -> None:
        self._chunks.clear()


class MemoryArchive:
    """An archive in memory; content becomes a temporary file only when a path is asked for."""

    def __init__(self) -> None:
        """Empty."""
        self._contents: dict[str, bytes] = {}
        self._folder: Path | None = None
        self._lock = RLock()

    def put(self, content: Bytes) -> str:
        """Keep the content; its digest in hex."""
        digest = hashlib.sha256(content).hexdigest()
        with self._lock:
            self._contents.setdefault(digest, bytes(content))
        return digest

    def put_file(self, content: Bytes) -> Path:
        """Keep the content; a temporary file with it."""
        return self.path(self.put(content))

    def open(self, name: str, media_type: str | None) -> _Writer:
        """Begin a raw part that arrives in chunks."""
        return _Writer(self, name, media_type)

    def read(self, sha256: str) -> Bytes:
        """The content."""
        try:
            return self._contents[sha256]
        except KeyError:
            raise not_in_archive(sha256) from None

    def require(self, sha256: str) -> None:
        """Refuse what is not there."""
        self.read(sha256)

    def path(self, sha256: str) -> Path:
        """A temporary file with the content; it lives as long as the archive."""
        content = self.read(sha256)
        with self._lock:
            if self._folder is None:
                self._folder = Path(mkdtemp(prefix="vidiom-"))
                # not a TemporaryDirectory: that one complains when a store is simply dropped
                self._removed = weakref.finalize(
                    self, shutil.rmtree, self._folder, ignore_errors=True
                )
            path = self._folder / sha256
            if not path.exists():
                path.write_bytes(content)
        return path

    def remove(self, sha256: str) -> None:
        """Delete the content."""
        with self._lock:
            self._contents.pop(sha256, None)

    def close(self) -> None:
        """Delete everything."""
        with self._lock:
            self._contents.clear()
            if self._folder is not None:
                self._removed()
                self._folder = None


class MemoryStore:
    """Jobs in memory; gone with the process."""

    def __init__(self) -> None:
        """Empty."""
        self._records: dict[str, StoredJob] = {}
        self._archived: dict[str, frozenset[str]] = {}
        self._places: dict[tuple[str, str | None, str | None], str] = {}
        self._history: dict[str, list[StateChange]] = {}
        self._leases: dict[str, tuple[str, datetime]] = {}
        self._lock = RLock()
        self._archive = MemoryArchive()
        self._deliveries = MemoryDeliveries(self._records, self._lock)

    @property
    def deliveries(self) -> MemoryDeliveries:
        """What is kept of these jobs' webhooks."""
        return self._deliveries

    @property
    def archive(self) -> MemoryArchive:
        """Where the raw answers of these jobs are."""
        return self._archive

    def add(self, record: StoredJob) -> None:
        """Keep a new job."""
        with self._lock:
            if record.job.id in self._records:
                raise id_taken(record.job.id)
            self._keep(record)

    def get(self, job_id: str) -> StoredJob:
        """The job of this id."""
        with self._lock:
            try:
                return self._records[job_id]
            except KeyError:
                raise unknown_job(job_id) from None

    def update(self, job_id: str, change: Callable[[StoredJob], StoredJob]) -> StoredJob:
        """Replace a job by what ``change`` makes of it."""
        with self._lock:
            record = changed(self.get(job_id), change)
            self._keep(record)
            return record

    def list(
        self,
        *,
        provider: str | None = None,
        states: Sequence[JobState] = (),
        limit: int | None = None,
    ) -> Sequence[StoredJob]:
        """Jobs, the newest first."""
        with self._lock:
            found = [
                record
                for record in reversed(self._records.values())
                if provider in (None, record.job.provider)
                and (not states or record.job.state in states)
            ]
        return found[:limit]

    def remove(self, job_id: str) -> None:
        """Forget a job, and what the archive holds for it alone."""
        with self._lock:
            self._leave_place(self.get(job_id))
            del self._records[job_id], self._history[job_id]
            self._deliveries.forget(job_id)
            had = self._archived.pop(job_id)
            for digest in had.difference(*self._archived.values()):
                self._archive.remove(digest)

    def history(self, job_id: str) -> Sequence[StateChange]:
        """What happened to a job, the oldest first."""
        with self._lock:
            self.get(job_id)
            return list(self._history[job_id])

    # --- many jobs at once -------------------------------------------------------------------

    def add_many(self, records: Sequence[StoredJob]) -> frozenset[str]:
        """Keep new jobs; the ids of those that were not there yet."""
        with self._lock:
            new = [record for record in records if record.job.id not in self._records]
            for record in new:
                self._keep(record)
        return frozenset(record.job.id for record in new)

    def update_many(
        self, job_ids: Iterable[str], change: Callable[[StoredJob], StoredJob]
    ) -> Sequence[StoredJob]:
        """Replace jobs by what ``change`` makes of each."""
        with self._lock:
            return [self.update(one, change) for one in job_ids if one in self._records]

    def track(self, query: JobQuery) -> Sequence[Tracked]:
        """The little that following these jobs takes, the oldest first."""
        with self._lock:
            found = [Tracked.of(one) for one in self._records.values() if query.selects(one)]
        return found[: query.limit]

    def counts(self, query: JobQuery) -> Counts:
        """How many of these are in which state."""
        with self._lock:
            found = [record for record in self._records.values() if query.selects(record)]
        states = Counter(record.job.state for record in found)
        waiting = sum(one.to_be_collected for one in found)
        return Counts(states, waiting)

    def accounts(self, query: JobQuery) -> Sequence[tuple[str, str]]:
        """Provider and account where one of these is unfinished."""
        with self._lock:
            found = {
                (one.job.provider, one.job.account or "")
                for one in self._records.values()
                if query.selects(one) and unfinished(one)
            }
        return sorted(found)

    def reserve(
        self,
        job_id: str,
        change: Callable[[StoredJob], StoredJob],
        *,
        limits: Limits,
        at: datetime,
    ) -> Reservation:
        """Change a job while the limits of its account leave room for it."""
        with self._lock:
            record = self.get(job_id)
            account = [
                one
                for one in self._records.values()
                if one.job.id != job_id
                and (one.job.provider, one.job.account) == (record.job.provider, record.job.account)
            ]
            busy = sum(one.job.state in OCCUPYING for one in account)
            if limits.jobs_in_flight is not None and busy >= limits.jobs_in_flight:
                return Reservation(record, granted=False)
            since = at - timedelta(seconds=limits.period_seconds)
            on_its_way = since - timedelta(seconds=limits.longest_request)
            recent = sorted(
                (moment, one.job.state)
                for one in account
                if (moment := one.counted_from) is not None
                and moment > (on_its_way if one.job.state is JobState.SUBMITTING else since)
            )
            if limits.submissions is not None and len(recent) >= limits.submissions:
                moment, state = recent[-limits.submissions]
                soon = min(limits.period_seconds, ANSWER_SOON)
                left = (moment - since).total_seconds()
                wait = soon if state is JobState.SUBMITTING else left
                return Reservation(record, granted=False, retry_after=wait)
            return Reservation(self.update(job_id, change), granted=True)

    def lease(
        self,
        names: Sequence[str],
        holder: str,
        *,
        until: datetime,
        at: datetime,
        limit: int | None = None,
    ) -> Sequence[str]:
        """Take what nobody else holds; the names that are now ours."""
        taken: list[str] = []
        with self._lock:
            for name in names:
                if limit is not None and len(taken) >= limit:
                    break
                held = self._leases.get(name)
                if held is None or held[0] == holder or held[1] <= at:
                    self._leases[name] = (holder, until)
                    taken.append(name)
        return taken

    def renew(self, holder: str, *, until: datetime, at: datetime) -> int:
        """Keep everything that this holder holds for longer."""
        with self._lock:
            ours = [name for name, (who, end) in self._leases.items() if who == holder and end > at]
            self._leases.update(dict.fromkeys(ours, (holder, until)))
        return len(ours)

    def release(self, names: Sequence[str], holder: str) -> None:
        """Let go of what this holder holds."""
        with self._lock:
            for name in names:
                if self._leases.get(name, ("",))[0] == holder:
                    del self._leases[name]

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._records.clear()
            self._places.clear()
            self._deliveries.clear()
            self._history.clear()
            self._leases.clear()
            self._archived.clear()
            self._archive.close()

    def _leave_place(self, record: StoredJob | None) -> None:
        if record is not None and record.job.vendor_id is not None:
            job = record.job
            self._places.pop((job.provider, job.account, job.vendor_id), None)

    def _keep(self, record: StoredJob) -> None:
        job = record.job
        place = (job.provider, job.account, job.vendor_id)
        holder = self._places.get(place)
        if job.vendor_id is not None and holder not in (None, job.id):
            raise vendor_id_taken(job.id, job.vendor_id, holder or "")
        known = self._archived.get(job.id, frozenset())
        digests = archived_digests(record, self._archive)
        for digest in sorted(digests - known):
            self._archive.require(digest)
        before = self._records.get(job.id)
        if before is None or worth_telling(before, record):
            state = before.job.state if before is not None else None
            row = StateChange(job.updated_at, state, job.state, why_of(record), "this process")
            self._history.setdefault(job.id, []).append(row)
        self._leave_place(before)
        if job.vendor_id is not None:
            self._places[place] = job.id
        self._records[job.id] = record
        self._archived[job.id] = known | digests
