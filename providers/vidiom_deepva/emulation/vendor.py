"""The vendor: its customers' jobs, files and collections, and what was asked of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from vidiom.emulation.analyst import Outcome, analyst_for
from vidiom.emulation.faults import Repertoire
from vidiom.emulation.outbox import Message, Outbox
from vidiom.emulation.refusal import ErrorBody, Json, Refusal
from vidiom.emulation.vendor import EmulatedVendor
from vidiom_deepva.emulation.behaviour import Behaviour
from vidiom_deepva.emulation.call import Answer, Call
from vidiom_deepva.emulation.canned import MODULES, Size
from vidiom_deepva.emulation.endpoints import endpoint
from vidiom_deepva.emulation.expression import expressed
from vidiom_deepva.emulation.found import Detailed, files, summarized, told
from vidiom_deepva.emulation.jobs import Job, Jobs, State
from vidiom_deepva.emulation.media import Canned
from vidiom_deepva.emulation.orders import new_job
from vidiom_deepva.emulation.refusal import error_body, not_found, wrong
from vidiom_deepva.emulation.repertoire import REPERTOIRE
from vidiom_deepva.emulation.rows import File, Story
from vidiom_deepva.emulation.signing import Signer
from vidiom_deepva.emulation.storage import SCHEME, Storage
from vidiom_deepva.emulation.telling import due, envelope, wanted
from vidiom_deepva.emulation.writing import job_written

__all__ = ["Vendor"]


class Vendor(EmulatedVendor):
    """All that is behind the API."""

    name: ClassVar[str] = "deepva"
    repertoire: ClassVar[Repertoire] = REPERTOIRE

    def __init__(self, keys: Sequence[str], behaviour: Behaviour) -> None:
        """Nothing bought yet."""
        super().__init__(keys, behaviour)
        self.behaviour = behaviour
        self.store = Jobs(behaviour)
        self.storage = Storage(self.folder, behaviour, self.identifiers)
        self.outbox = Outbox(Signer(behaviour))
        self._analyst = analyst_for(behaviour, expressed)
        self._files: dict[str, tuple[str, str, File]] = {}

    @property
    def jobs(self) -> dict[str, Job]:
        """Every job that was not deleted, by id."""
        return self.store.all

    # --- what every emulator has ----------------------------------------------------------------

    def function(self, method: str, path: str) -> str:
        """The name of the endpoint; the method where there is none."""
        found = endpoint(method, path)
        return method if found is None else found.name

    def error(self, refusal: Refusal) -> ErrorBody:
        """In one of the forms that are to be expected."""
        return error_body(refusal)

    def malformed(self, *absent: str) -> Refusal:
        """A form without the parts that it must have."""
        if absent:
            return wrong(absent[0], "This field is required.")
        return Refusal(400, "Multipart form parse error")

    def state(self) -> Mapping[str, object]:
        """What was bought and done, in numbers."""
        return {"jobs": len(self.jobs), "files": len(self.storage), **super().state()}

    def close(self) -> None:
        """Stop analysing, and remove what was uploaded."""
        if self._analyst is not None:
            self._analyst.close()
        super().close()

    def settle(self) -> None:
        """Wait until every analysis that was begun is over."""
        if self._analyst is not None:
            self._analyst.settle()

    # --- jobs -----------------------------------------------------------------------------------

    def create_job(self, call: Call) -> Job:
        """Sell one analysis."""
        modules = MODULES | self.behaviour.more_modules
        asked = new_job(call.body, modules, allow_files=self.behaviour.allow_files)
        job = Job(
            id=self.identifiers.uuid(),
            owner=call.owner,
            request=asked,
            outcomes=tuple(self._outcome(call.owner, url) for url in asked.sources),
            created=self.behaviour.clock(),
            time_created=self.behaviour.now(),
            fault=call.fault_kind,
        )
        self.store.all[job.id] = job
        self.ledger.counters["create_job"] += 1
        return job

    def written(self, job: Job, state: State, base: str) -> Json:
        """A job as it stands in an answer."""
        return job_written(job, state, self.behaviour, base)

    def list_jobs(self, call: Call) -> list[Json]:
        """``search`` looks at ids and tags, ``tag`` at tags; asking is asking after each job."""
        tag, search = call.query.get("tag"), call.query.get("search")
        return [
            self.written(job, self.store.poll(job), call.base)
            for job in self.store.visible(call.owner)
            if (not tag or self._has_tag(job, tag))
            and (not search or search in job.id or search in job.request.tag)
        ]

    def _has_tag(self, job: Job, tag: str) -> bool:
        exact = self.behaviour.tag_filter == "exact"
        return job.request.tag == tag if exact else tag in job.request.tag

    def delete_job(self, call: Call) -> Answer:
        """Irreversible."""
        self.store.remove(call.owner, call.names["job"])
        self.ledger.counters["delete_job"] += 1
        return Answer(None, 204)

    # --- results --------------------------------------------------------------------------------

    def _finished(self, call: Call) -> Job | None:
        """The job, if it has results; one that still runs has none."""
        job = self.store.find(call.owner, call.names["job"])
        if call.fault_kind == "expired_result":
            del self.jobs[job.id]
            raise not_found()
        return job if self.store.state(job).word == "completed" else None

    def detailed_results(self, call: Call) -> Sequence[Json]:
        """Rows that are written when they are looked at."""
        job = self._finished(call)
        self.ledger.counters["detailed_results"] += 1
        return [] if job is None else Detailed(told(job, self.behaviour))

    def summarized_results(self, call: Call) -> list[Json]:
        """One for each thing that is told of the whole."""
        job = self._finished(call)
        found = [] if job is None else summarized(job, self.behaviour)
        return [
            {
                "id": f"{number:08x}{'' if job is None else job.id[8:]}",
                "type": one.type,
                "source": source,
                "module": module,
                "meta": dict(one.meta),
            }
            for number, (module, source, one) in enumerate(found)
        ]

    def list_artifacts(self, call: Call) -> list[Json]:
        """Only the id can be relied on."""
        return [
            {"id": name, "name": file.name, "module": module}
            for name, (module, file) in self._artifacts(call).items()
        ]

    def artifact_file(self, call: Call) -> Answer:
        """The content of one."""
        files = self._artifacts(call)
        if call.names["artifact"] not in files:
            raise not_found()
        _, file = files[call.names["artifact"]]
        return Answer(file.content, media_type=file.media_type)

    def _artifacts(self, call: Call) -> dict[str, tuple[str, File]]:
        job = self._finished(call)
        if job is None:
            return {}
        found = files(job, self.behaviour)
        return {f"{number:08x}{job.id[8:]}": one for number, one in enumerate(found, 0xA1)}

    # --- telling --------------------------------------------------------------------------------

    async def tell_early(self, job: Job, base: str) -> None:
        """The end is told before the answer to the submission."""
        if job.fault == "callback_early":
            await self._tell(job, "on_completed", None, State("completed", (), 1.0), base)

    async def tell_due(self, base: str, *jobs: Job) -> None:
        """What is due now that somebody looked at the jobs."""
        for job in jobs:
            if job.request.hook is None or job.id not in self.jobs:
                continue
            state = self.store.state(job)
            for event, row in [*due(job, state, self.behaviour)]:
                if event not in job.told or event == "on_detailed_result":
                    await self._tell(job, event, row, state, base)
            if state.ended:
                job.told.add("on_detailed_result")

    async def _tell(self, job: Job, event: str, row: Json | None, state: State, base: str) -> None:
        hook = job.request.hook
        name = None if hook is None else wanted(event, hook.events)
        if hook is None or name is None or event in job.told:
            return
        if event != "on_detailed_result":
            job.told.add(event)
        body = envelope(name, self.behaviour.now().timestamp(), self.written(job, state, base), row)
        last = event in {"on_completed", "on_failed"}
        message = Message.of(hook.callback, job.id, name, body, last=last)
        await self.outbox.tell(message, job.fault)

    async def release(self, job: Job) -> None:
        """A late delivery comes when the results have been fetched already."""
        await self.outbox.release(job.id)

    def waiting(self, owner: int) -> Iterator[Job]:
        """Jobs of a customer of which somebody is still to be told."""
        for job in [*self.jobs.values()]:
            if job.owner == owner and job.request.hook is not None:
                yield job

    # --- media ----------------------------------------------------------------------------------

    def _outcome(self, owner: int, url: str) -> Outcome[Story]:
        if self._analyst is not None:
            return self._analyst.outcome(lambda: self._file(owner, url))
        behaviour = self.behaviour
        size = Size(
            behaviour.rows, behaviour.boxes, behaviour.thumbnails, behaviour.thumbnail_bytes
        )
        stored = self.storage.held(owner, url)
        return Canned.of(url, size, held=None if stored is None else stored.name)

    def _file(self, owner: int, url: str) -> Path | None:
        if url.startswith(SCHEME):
            stored = self.storage.held(owner, url)
            return None if stored is None else stored.path
        return self.media_file(url)
