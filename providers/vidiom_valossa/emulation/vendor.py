"""The vendor: its customers' keys, jobs, files and galleries, and what was asked of it."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from vidiom_valossa.emulation.analysis import fetched, local_analysis
from vidiom_valossa.emulation.answers import TYPES, answer, available, media_type
from vidiom_valossa.emulation.behaviour import Behaviour
from vidiom_valossa.emulation.callbacks import Callbacks
from vidiom_valossa.emulation.faults import CALLBACK_FAULTS, Faults
from vidiom_valossa.emulation.findings import Json
from vidiom_valossa.emulation.jobs import WAITING, Job, Jobs, Status
from vidiom_valossa.emulation.media import Analyst, Canned, Outcome, is_loopback, local_file
from vidiom_valossa.emulation.orders import new_job
from vidiom_valossa.emulation.refusal import (
    INVALID_KEY,
    JOB_NOT_FOUND,
    NOT_FINISHED,
    Refusal,
    invalid,
)
from vidiom_valossa.emulation.training import Training
from vidiom_valossa.emulation.uploads import SCHEME, Uploads

__all__ = ["Asked", "Vendor"]

_REMEMBERED: Final = 10_000


@dataclass(frozen=True)
class Asked:
    """One request, without anything that may be secret."""

    method: str
    function: str
    status: int | None
    """``None`` when nothing was answered."""
    fault: str | None = None


class Vendor:
    """All that is behind the API."""

    def __init__(self, keys: Sequence[str], behaviour: Behaviour) -> None:
        """Nothing bought yet."""
        self._keys = tuple(keys)
        self.behaviour = behaviour
        self._random = Random(behaviour.seed)  # noqa: S311 - ids that a test can repeat
        self.folder = behaviour.folder or Path(tempfile.mkdtemp(prefix="valossa-emulator-"))
        # not a TemporaryDirectory: that one complains when an app is dropped without a shutdown
        remove = behaviour.folder is None
        self._cleared = weakref.finalize(self, _clear, self.folder, remove=remove)
        self.uploads = Uploads(self.folder, behaviour.chunk_size, self.new_id)
        self.training = Training(self.uploads, self.new_id)
        self.store = Jobs(behaviour)
        self.callbacks = Callbacks()
        self.faults = Faults(behaviour.faults)
        self.counters: Counter[str] = Counter()
        """How often what was done; ``new_job`` is what was bought."""
        self.requests: deque[Asked] = deque(maxlen=_REMEMBERED)
        self._analyst = _analyst(behaviour)

    @property
    def jobs(self) -> dict[str, Job]:
        """Every job that was not deleted, by id."""
        return self.store.all

    def close(self) -> None:
        """Stop analysing, and remove what was uploaded."""
        if self._analyst is not None:
            self._analyst.close()
        self._cleared()

    def settle(self) -> None:
        """Wait until every analysis that was begun is over."""
        if self._analyst is not None:
            self._analyst.settle()

    def new_id(self) -> str:
        """The next UUID."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def owner(self, key: object) -> int:
        """Number of the customer with this key."""
        if not isinstance(key, str) or key not in self._keys:
            raise Refusal(401, INVALID_KEY)
        return self._keys.index(key)

    # --- jobs -----------------------------------------------------------------------------

    def new_job(self, owner: int, body: Mapping[str, object], fault: str | None = None) -> Job:
        """Sell one analysis."""
        asked = new_job(body, allow_files=self.behaviour.allow_files)
        job = Job(
            id=self.new_id(),
            owner=owner,
            request=asked,
            outcome=self._outcome(owner, asked.video),
            created=self.behaviour.clock(),
            fault=fault,
            expired=fault == "expired_result",
        )
        self.store.add(job)
        self.counters["new_job"] += 1
        return job

    def cancel(self, owner: int, body: Mapping[str, object]) -> Json:
        """Only what still waits can be canceled."""
        job = self.store.find(owner, body)
        status = self.store.status(job).status
        if status not in WAITING:
            raise Refusal(400, "The job cannot be canceled")
        job.canceled = True
        self.counters["cancel_job"] += 1
        return {"job_status": "canceled"}

    def delete(self, owner: int, body: Mapping[str, object]) -> Json:
        """Irreversible."""
        del self.jobs[self.store.find(owner, body).id]
        self.counters["delete_job"] += 1
        return {}

    def status(self, owner: int, query: Mapping[str, str]) -> tuple[Job, Status]:
        """``job_status``."""
        job = self.store.find(owner, query)
        return job, self.store.poll(job)

    def results(
        self, owner: int, query: Mapping[str, str], fault: str | None = None
    ) -> tuple[Job, str, Iterator[bytes]]:
        """``job_results``: the job, the media type, and the content in pieces."""
        kind = query.get("type", "core")
        if kind not in TYPES:
            raise invalid("type")
        job = self.store.find(owner, query)
        job.expired |= fault == "expired_result"
        if self.store.status(job).status != "finished":
            raise Refusal(400, NOT_FINISHED)
        if job.expired:
            raise Refusal(404, JOB_NOT_FOUND)
        findings = job.outcome.findings()
        if kind not in available(findings) - self.behaviour.not_generated:
            message = "The requested metadata type is not available for the job"
            raise Refusal(self.behaviour.not_generated_status, message)
        self.counters["job_results"] += 1
        info: Json = {"job_id": job.id, "request": job.request.written()}
        return job, media_type(kind), answer(findings, kind, info)

    # --- callbacks ------------------------------------------------------------------------

    def due_at_the_end(self, job: Job) -> int:
        """How many callbacks are to be sent now that somebody looked at the job."""
        ended = self.store.status(job).status in {"finished", "error"}
        if not ended or job.called_back or job.request.callback is None:
            return 0
        if job.fault == "callback_late":
            return 0
        job.called_back = True
        if job.fault in CALLBACK_FAULTS:
            return 2 if job.fault == "callback_duplicate" else 0
        return 1

    def due_after_results(self, job: Job) -> int:
        """A late callback comes when the results have been fetched already."""
        if job.fault != "callback_late" or job.called_back or job.request.callback is None:
            return 0
        job.called_back = True
        return 1

    async def call_back(self, job: Job, times: int, status: str | None = None) -> None:
        """Send callbacks for a job."""
        if job.request.callback is None:
            return
        for _ in range(times):
            told = status or self.store.status(job).status
            await self.callbacks.deliver(job.request.callback, job.id, told)
            self.counters["callback"] += 1

    # --- media ----------------------------------------------------------------------------

    def _outcome(self, owner: int, url: str) -> Outcome:
        if self._analyst is not None:
            return self._analyst.outcome(lambda: self._file(owner, url))
        held = url.startswith(SCHEME) and self.uploads.file(owner, url) is not None
        return Canned.of(url, self.behaviour.minutes, held=held)

    def _file(self, owner: int, url: str) -> Path | None:
        """The media, as far as it may be had: nothing is ever fetched from another machine."""
        if url.startswith(SCHEME):
            return self.uploads.file(owner, url)
        if urlsplit(url).scheme == "file":
            return local_file(url) if self.behaviour.allow_files else None
        if self.behaviour.allow_loopback and is_loopback(url):
            name = Path(urlsplit(url).path).suffix
            return fetched(url, self.folder / f"fetched-{self.new_id()}{name}")
        return None


def _analyst(behaviour: Behaviour) -> Analyst | None:
    match behaviour.analyze:
        case "canned":
            return None
        case "local":
            return Analyst(local_analysis())
        case analysis:
            return Analyst(analysis)


def _clear(folder: Path, *, remove: bool) -> None:
    if remove:
        shutil.rmtree(folder, ignore_errors=True)
