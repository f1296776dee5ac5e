"""The vendor: its customers' jobs, files and collections, and what was asked of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from vidiom.emulation.analyst import Outcome, analyst_for
from vidiom.emulation.faults import Repertoire
from vidiom.emulation.refusal import ErrorBody, Json, Refusal
from vidiom.emulation.vendor import EmulatedVendor
from vidiom_deepva.emulation.announcing import Announcer
from vidiom_deepva.emulation.behaviour import Behaviour
from vidiom_deepva.emulation.call import Answer, Call
from vidiom_deepva.emulation.canned import MODULES, Size, indexed_faces, named_people
from vidiom_deepva.emulation.datasets import Datasets
from vidiom_deepva.emulation.dictionaries import Dictionaries
from vidiom_deepva.emulation.endpoints import endpoint
from vidiom_deepva.emulation.expression import expressed
from vidiom_deepva.emulation.hooks import Hooks
from vidiom_deepva.emulation.index import Index
from vidiom_deepva.emulation.jobs import Job, Jobs, State
from vidiom_deepva.emulation.media import Canned
from vidiom_deepva.emulation.orders import new_job
from vidiom_deepva.emulation.refusal import error_body, wrong
from vidiom_deepva.emulation.repertoire import REPERTOIRE
from vidiom_deepva.emulation.results import Results
from vidiom_deepva.emulation.rows import Story
from vidiom_deepva.emulation.storage import SCHEME, Storage
from vidiom_deepva.emulation.trainings import Trainings
from vidiom_deepva.emulation.transcripts import Transcripts
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
        self.results = Results(self.store, behaviour, self.ledger.counters)
        ids, now = self.identifiers, behaviour.now
        self.datasets = Datasets(ids, now, self._is_held)
        self.trainings = Trainings(self.datasets, ids, now)
        self.index = Index(now)
        self.dictionaries = Dictionaries(ids, now)
        self.transcripts = Transcripts(ids, now, self.results.heard)
        self.hooks = Hooks(ids, now)
        self.announcer = Announcer(self.store, self.hooks, behaviour)
        self._analyst = analyst_for(behaviour, expressed)

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
        found = [
            job
            for job in self.store.visible(call.owner)
            if (not tag or self._has_tag(job, tag))
            and (not search or search in job.id or search in job.request.tag)
        ]
        written = [self.written(job, self.store.poll(job), call.base) for job in found]
        for job in found:
            self.settle_job(job)
        return written

    def _has_tag(self, job: Job, tag: str) -> bool:
        exact = self.behaviour.tag_filter == "exact"
        return job.request.tag == tag if exact else tag in job.request.tag

    def delete_job(self, call: Call) -> Answer:
        """Irreversible."""
        self.store.remove(call.owner, call.names["job"])
        self.ledger.counters["delete_job"] += 1
        return Answer(None, 204)

    def settle_job(self, job: Job) -> None:
        """What a job leaves behind when it is finished: indexed faces, a dataset."""
        if job.settled or self.store.state(job).word != "completed":
            return
        job.settled = True
        asked = job.request.modules
        if asked.get("face_recognition", {}).get("index_unknowns"):
            for index_id, label in indexed_faces():
                self.index.index(job.owner, index_id, label)
        if "dataset_creation" in asked and "dataset_creation" not in job.failing(self.behaviour):
            self._make_dataset(job, asked["dataset_creation"].get("dataset_id"))

    def _make_dataset(self, job: Job, target: object) -> None:
        """Into the dataset that was named, or into a new one (assumed)."""
        known = {one.id: one for one in self.datasets.shelf.of(job.owner)}
        dataset = known.get(str(target))
        if dataset is None:
            dataset = self.datasets.make(job.owner, f"Job {job.id}", "face")
        for label in named_people():
            told: dict[str, object] = {
                "reference": "",
                "label": label,
                "notes": "",
                "active": True,
                "expiration_date": None,
                "custom_fields": [],
            }
            made = self.datasets.make_class(dataset, told)
            uri = f"{SCHEME}{self.identifiers.token(20)}"
            self.datasets.make_image(made, uri, generated=True)

    # --- media ----------------------------------------------------------------------------------

    def _is_held(self, owner: int, url: str) -> bool:
        return self.storage.held(owner, url) is not None

    def waiting(self, owner: int) -> Iterator[Job]:
        """Jobs of a customer of which somebody is still to be told."""
        for job in [*self.jobs.values()]:
            if job.owner == owner and job.request.hook is not None:
                yield job

    def _outcome(self, owner: int, url: str) -> Outcome[Story]:
        if self._analyst is not None:
            return self._analyst.outcome(lambda: self._file(owner, url))
        behaviour = self.behaviour
        size = Size(
            behaviour.rows,
            behaviour.boxes,
            behaviour.thumbnails,
            behaviour.thumbnail_bytes,
            self.index.labels(owner),
        )
        stored = self.storage.held(owner, url)
        return Canned.of(url, size, held=None if stored is None else stored.name)

    def _file(self, owner: int, url: str) -> Path | None:
        if url.startswith(SCHEME):
            stored = self.storage.held(owner, url)
            return None if stored is None else stored.path
        return self.media_file(url)
