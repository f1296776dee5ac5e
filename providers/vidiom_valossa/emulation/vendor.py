"""The vendor: its customers' keys, jobs, files and galleries, and what was asked of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from vidiom.emulation.analyst import Outcome, analyst_for
from vidiom.emulation.faults import Repertoire
from vidiom.emulation.outbox import Attempts, Message, Outbox
from vidiom.emulation.refusal import ErrorBody, Json, Refusal
from vidiom.emulation.vendor import EmulatedVendor
from vidiom_valossa.emulation.answers import TYPES, answer, available, media_type
from vidiom_valossa.emulation.behaviour import Behaviour
from vidiom_valossa.emulation.expression import expressed
from vidiom_valossa.emulation.findings import Findings
from vidiom_valossa.emulation.jobs import WAITING, Job, Jobs, Status
from vidiom_valossa.emulation.media import Canned
from vidiom_valossa.emulation.orders import new_job
from vidiom_valossa.emulation.refusal import (
    INVALID_KEY,
    JOB_NOT_FOUND,
    MALFORMED,
    NOT_FINISHED,
    error_body,
    invalid,
    missing,
)
from vidiom_valossa.emulation.repertoire import REPERTOIRE
from vidiom_valossa.emulation.training import Training
from vidiom_valossa.emulation.uploads import SCHEME, Uploads

__all__ = ["Vendor"]

_OK = 200


class Vendor(EmulatedVendor):
    """All that is behind the API."""

    name: ClassVar[str] = "valossa"
    repertoire: ClassVar[Repertoire] = REPERTOIRE

    def __init__(self, keys: Sequence[str], behaviour: Behaviour) -> None:
        """Nothing bought yet."""
        super().__init__(keys, behaviour)
        self.behaviour = behaviour
        new_id = self.identifiers.uuid
        self.uploads = Uploads(self.folder, behaviour.chunk_size, new_id)
        self.training = Training(self.uploads, new_id)
        self.store = Jobs(behaviour)
        # on any answer but 200, once more (older reference)
        self.callbacks = Outbox(attempts=Attempts(2, lambda status: status == _OK))
        self._analyst = analyst_for(behaviour, expressed)

    @property
    def jobs(self) -> dict[str, Job]:
        """Every job that was not deleted, by id."""
        return self.store.all

    def function(self, method: str, path: str) -> str:
        """The last step of the path."""
        return path.rpartition("/")[2]

    def error(self, refusal: Refusal) -> ErrorBody:
        """The one form that is documented."""
        return error_body(refusal)

    def malformed(self, *absent: str) -> Refusal:
        """A form without the parts that it must have."""
        return missing(*absent) if absent else Refusal(400, MALFORMED)

    def state(self) -> Mapping[str, object]:
        """What was bought and done, in numbers."""
        return {"jobs": len(self.jobs), **super().state()}

    def close(self) -> None:
        """Stop analysing, and remove what was uploaded."""
        if self._analyst is not None:
            self._analyst.close()
        super().close()

    def settle(self) -> None:
        """Wait until every analysis that was begun is over."""
        if self._analyst is not None:
            self._analyst.settle()

    def owner(self, key: object) -> int:
        """Number of the customer with this key.

        Raises:
            Refusal: The key is not valid.
        """
        customer = self.customer(key)
        if customer is None:
            raise Refusal(401, INVALID_KEY)
        return customer

    # --- jobs -----------------------------------------------------------------------------

    def new_job(self, owner: int, body: Mapping[str, object], fault: str | None = None) -> Job:
        """Sell one analysis."""
        asked = new_job(body, allow_files=self.behaviour.allow_files)
        job = Job(
            id=self.identifiers.uuid(),
            owner=owner,
            request=asked,
            outcome=self._outcome(owner, asked.video),
            created=self.behaviour.clock(),
            fault=fault,
            expired=fault == "expired_result",
        )
        self.store.add(job)
        self.ledger.counters["new_job"] += 1
        return job

    def cancel(self, owner: int, body: Mapping[str, object]) -> Json:
        """Only what still waits can be canceled."""
        job = self.store.find(owner, body)
        status = self.store.status(job).status
        if status not in WAITING:
            raise Refusal(400, "The job cannot be canceled")
        job.canceled = True
        self.ledger.counters["cancel_job"] += 1
        return {"job_status": "canceled"}

    def delete(self, owner: int, body: Mapping[str, object]) -> Json:
        """Irreversible."""
        del self.jobs[self.store.find(owner, body).id]
        self.ledger.counters["delete_job"] += 1
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
        self.ledger.counters["job_results"] += 1
        info: Json = {"job_id": job.id, "request": job.request.written()}
        return job, media_type(kind), answer(findings, kind, info)

    # --- callbacks ------------------------------------------------------------------------

    async def tell_early(self, job: Job) -> None:
        """The end is told before the answer to the submission."""
        if job.fault == "callback_early":
            await self._tell(job, "finished")

    async def tell_the_end(self, *jobs: Job) -> None:
        """What is due now that somebody looked at the jobs."""
        for job in jobs:
            status = self.store.status(job).status
            if status in {"finished", "error"}:
                await self._tell(job, status)

    async def tell_after_results(self, job: Job) -> None:
        """A late callback comes when the results have been fetched already."""
        await self.tell_the_end(job)
        await self.callbacks.release(job.id)

    async def _tell(self, job: Job, status: str) -> None:
        if job.called_back or job.request.callback is None:
            return
        job.called_back = True
        body = {"job_id": job.id, "status": status}
        await self.callbacks.tell(Message.of(job.request.callback, job.id, status, body), job.fault)

    # --- media ----------------------------------------------------------------------------

    def _outcome(self, owner: int, url: str) -> Outcome[Findings]:
        if self._analyst is not None:
            return self._analyst.outcome(lambda: self._file(owner, url))
        held = url.startswith(SCHEME) and self.uploads.file(owner, url) is not None
        return Canned.of(url, self.behaviour.minutes, held=held)

    def _file(self, owner: int, url: str) -> Path | None:
        if url.startswith(SCHEME):
            return self.uploads.file(owner, url)
        return self.media_file(url)
