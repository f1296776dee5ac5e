"""Every operation of the clients, written once, as a flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TypeAlias, TypeVar

from vidiom.client.addressing import Addressing
from vidiom.client.configuration import Configuration, ProviderName
from vidiom.client.diagnosis import Diagnosis, Subject, diagnose
from vidiom.client.follow_up import FollowUp
from vidiom.client.following import Following
from vidiom.client.ordering import OrderOptions, make_order
from vidiom.client.provider_info import ProviderInfo, describe
from vidiom.client.receiving import DeliveryRules, Receiving
from vidiom.errors import JobNotFinished, NotFound, UsageError
from vidiom.flow.effects import Flow, now, run_blocking, sleep
from vidiom.flow.exchange import PartWriter
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.cancellation import Cancellation
from vidiom.jobs.steps.collection import Collection
from vidiom.jobs.steps.endings import end_without_result
from vidiom.jobs.steps.submission import Submission
from vidiom.jobs.store import JobStore
from vidiom.jobs.tracking.plan import Pace
from vidiom.plugins.registry import Registry
from vidiom.provider.contract import Provider
from vidiom.provider.galleries import GalleryProvider
from vidiom.provider.reading import read_batch, read_result
from vidiom.schema.jobs import Job, JobState
from vidiom.schema.latency import Latency, MediaType
from vidiom.schema.media import (
    BytesMedia,
    FileMedia,
    ImageBatch,
    MediaInput,
    UrlMedia,
    as_batch,
    as_media,
)
from vidiom.schema.raw import RawResult
from vidiom.schema.received import Received
from vidiom.schema.result import BatchResult, Result
from vidiom.webhooks.delivery import Delivery

__all__ = ["JobLike", "Operations", "job_state"]

P = TypeVar("P", bound=Provider)
T = TypeVar("T")

JobLike: TypeAlias = Job | str
"""A job, or its id."""

AnyMedia: TypeAlias = UrlMedia | FileMedia | BytesMedia | ImageBatch


@dataclass
class Operations:
    """What both clients can do. Opens the store and loads plugins when they are first needed."""

    configuration: Configuration
    registry: Registry
    open_store: Callable[[], JobStore]
    pace: Pace = field(default_factory=Pace)
    """How restless the following of many jobs is."""
    owns_store: bool = True
    """Whether closing the client closes the store."""
    _store: JobStore | None = field(default=None, init=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    @property
    def store(self) -> JobStore:
        """The job store; may block when it is first opened."""
        with self._lock:
            if self._store is None:
                self._store = self.open_store()
            return self._store

    def open(self, name: str, media_type: str | None) -> PartWriter:
        """Begin a raw part in the archive: the operations are the drivers' sink."""
        return self.store.archive.open(name, media_type)

    def close(self) -> None:
        """Close the store, if this opened it."""
        with self._lock:
            if self._store is not None and self.owns_store:
                self._store.close()
            self._store = None

    # --- submitting --------------------------------------------------------------------------

    def submit(self, provider: str, media: MediaInput, options: OrderOptions) -> Flow[Job]:
        """Submit one video, sound or image."""
        return (yield from self._submit(provider, lambda: as_media(media), options))

    def submit_batch(
        self, provider: str, images: ImageBatch | Sequence[MediaInput], options: OrderOptions
    ) -> Flow[Job]:
        """Submit several images as one job."""
        return (yield from self._submit(provider, lambda: as_batch(images), options))

    def _submit(
        self,
        provider: str,
        media: Callable[[], AnyMedia],
        options: OrderOptions,
    ) -> Flow[Job]:
        record, adapter = yield from self.intended(provider, media, options)
        record = yield from Submission(adapter, self.store).begin(record)
        return record.job

    def intended(
        self, provider: str, media: Callable[[], AnyMedia], options: OrderOptions
    ) -> Flow[tuple[StoredJob, Provider]]:
        """The record of a request, which is not stored yet, and the provider it is for."""
        name = ProviderName.parse(provider)
        adapter = yield from run_blocking(lambda: self.provider(name.provider, name.account))
        given = yield from run_blocking(media)
        made = yield from run_blocking(
            lambda: make_order(
                adapter,
                given,
                options,
                self.store.archive,
                callback_base=self.configuration.callback_url,
            )
        )
        record = StoredJob.intended(
            made.order,
            provider=name.provider,
            account=name.account,
            at=(yield from now()),
            ignored=made.ignored,
        )
        return record, adapter

    # --- following ---------------------------------------------------------------------------

    def check(self, job: JobLike) -> Flow[Job]:
        """Ask the vendor how the job is."""
        record, adapter = yield from self.record(job)
        record, _ = yield from Following(adapter, self.store).check(record)
        return record.job

    def wait(self, job: JobLike, timeout: float | None) -> Flow[Result]:
        """Wait for the end of a job, and read its answer."""
        record = yield from self._waited(job, timeout)
        return (yield from self.result(record.job))

    def wait_batch(self, job: JobLike, timeout: float | None) -> Flow[BatchResult]:
        """The same for a batch."""
        record = yield from self._waited(job, timeout)
        return (yield from self.result_batch(record.job))

    def _waited(self, job: JobLike, timeout: float | None) -> Flow[StoredJob]:
        begun = yield from now()
        record, adapter = yield from self.record(job)
        record = yield from Following(adapter, self.store).wait(record, timeout)
        if not record.job.state.has_result:
            raise end_without_result(record.job)
        while True:
            try:
                return (yield from Collection(adapter, self.store).fetched(record))
            except JobNotFinished:
                # A webhook told the end, and the vendor itself says that it is not there yet.
                gone = ((yield from now()) - begun).total_seconds()
                pause = adapter.settings.poll_seconds
                if timeout is not None and gone + pause >= timeout:
                    raise
                yield from sleep(pause)

    def analyze(
        self, provider: str, media: MediaInput, timeout: float | None, options: OrderOptions
    ) -> Flow[Result]:
        """Submit, wait and read."""
        job = yield from self.submit(provider, media, options)
        return (yield from self.wait(job, timeout))

    def analyze_batch(
        self,
        provider: str,
        images: ImageBatch | Sequence[MediaInput],
        timeout: float | None,
        options: OrderOptions,
    ) -> Flow[BatchResult]:
        """The same for a batch."""
        job = yield from self.submit_batch(provider, images, options)
        return (yield from self.wait_batch(job, timeout))

    # --- webhooks ----------------------------------------------------------------------------

    def receive(self, delivery: Delivery) -> Flow[Received]:
        """Verify a delivery and keep what it says."""
        addressing = Addressing(self.store, self.provider)
        return (yield from Receiving(self.store, addressing).receive(delivery))

    def delivery_rules(self, provider: str) -> Flow[DeliveryRules]:
        """What a receiver needs to know before it reads a delivery."""
        name = ProviderName.parse(provider)
        addressing = Addressing(self.store, self.provider)
        return (yield from run_blocking(lambda: DeliveryRules.of(addressing.provider(name))))

    def follow_up(self) -> Flow[tuple[Job, ...]]:
        """Ask vendors what deliveries gave a reason to ask."""

        def provider_of(record: StoredJob) -> Provider:
            return self.provider(record.job.provider, record.job.account)

        return (yield from FollowUp(self.store, provider_of).due())

    # --- reading -----------------------------------------------------------------------------

    def raw(self, job: JobLike) -> Flow[RawResult]:
        """The answer exactly as received."""
        record, adapter = yield from self.record(job)
        return (yield from Collection(adapter, self.store).raw(record))

    def result(self, job: JobLike) -> Flow[Result]:
        """The answer in neutral words."""
        record, adapter = yield from self.record(job)
        if record.job.batch:
            raise UsageError(_other("is a batch", "batch"), provider=record.job.provider)
        raw = yield from Collection(adapter, self.store).raw(record)
        return (yield from run_blocking(lambda: read_result(adapter, raw)))

    def result_batch(self, job: JobLike) -> Flow[BatchResult]:
        """The same for a batch."""
        record, adapter = yield from self.record(job)
        if not record.job.batch:
            raise UsageError(_other("is no batch", "plain"), provider=record.job.provider)
        raw = yield from Collection(adapter, self.store).raw(record)
        return (yield from run_blocking(lambda: read_batch(adapter, raw)))

    # --- ending ------------------------------------------------------------------------------

    def cancel(self, job: JobLike) -> Flow[Job]:
        """Stop a job; one that has already ended stays as it is."""
        record, adapter = yield from self.record(job)
        record = yield from Cancellation(adapter, self.store).cancel(record)
        return record.job

    def delete(self, job: JobLike, *, keep_result: bool) -> Flow[None]:
        """Delete the job at the vendor, and here unless its result is to be kept."""
        record, adapter = yield from self.record(job)
        if keep_result and record.answer is None and record.job.state.has_result:
            yield from Collection(adapter, self.store).raw(record)
        if record.ref is not None:
            with suppress(NotFound):  # then it is gone, which is what was wanted
                yield from adapter.delete(record.ref)
        if not keep_result:
            yield from run_blocking(lambda: self.store.remove(record.job.id))

    # --- looking around ----------------------------------------------------------------------

    def list(
        self, provider: str | None, states: Iterable[JobState | str], limit: int | None
    ) -> Flow[tuple[Job, ...]]:
        """Jobs of the store, the newest first."""
        wanted = [job_state(one) for one in states]
        records = yield from run_blocking(
            lambda: self.store.list(provider=provider, states=wanted, limit=limit)
        )
        return tuple(record.job for record in records)

    def get(self, job_id: str) -> Flow[Job]:
        """A job as the store has it; the vendor is not asked."""
        record = yield from run_blocking(lambda: self.store.get(job_id))
        return record.job

    def providers(self) -> Flow[tuple[ProviderInfo, ...]]:
        """What is installed, usable or broken."""
        return (
            yield from run_blocking(
                lambda: tuple(describe(plugin) for plugin in self.registry.plugins())
            )
        )

    def diagnose(self, provider: str, job: JobLike | None, openapi: Path | None) -> Flow[Diagnosis]:
        """What is configured, reachable, and other than the adapter assumes."""
        name = ProviderName.parse(provider)
        adapter = yield from run_blocking(lambda: self.provider(name.provider, name.account))
        record: StoredJob | None = None
        if job is not None:
            record, _ = yield from self.record(job)
        described: bytes | None = None
        if openapi is not None:
            described = yield from run_blocking(lambda: _content(openapi))
        return (yield from diagnose(Subject(adapter, self.store, record, described)))

    def latency(self, provider: str, media_type: MediaType) -> Flow[Latency]:
        """What a vendor says of its speed at present."""
        name = ProviderName.parse(provider)
        adapter = yield from run_blocking(lambda: self.provider(name.provider, name.account))
        return (yield from adapter.latency(media_type))

    def provider(self, name: str, account: str | None = None) -> Provider:
        """A provider with its settings; imports its plugin, so it may block."""
        return self.configuration.provider(self.registry.get(name), account)

    def galleries(self, provider: str) -> GalleryProvider:
        """The galleries of a vendor; imports its plugin, so it may block."""
        name = ProviderName.parse(provider)
        return self.provider(name.provider, name.account).galleries()

    def call(
        self, provider: type[P], account: str | None, operation: Callable[[P], Flow[T]]
    ) -> Flow[T]:
        """A flow of one adapter."""
        adapter = yield from run_blocking(lambda: self.provider(provider.name, account))
        if not isinstance(adapter, provider):
            raise UsageError(
                f"the installed provider of this name is no {provider.__name__}.",
                provider=provider.name,
            )
        return (yield from operation(adapter))

    def record(self, job: JobLike) -> Flow[tuple[StoredJob, Provider]]:
        """A job as the store has it, and the provider it belongs to."""
        job_id = job if isinstance(job, str) else job.id

        def load() -> tuple[StoredJob, Provider]:
            record = self.store.get(job_id)
            return record, self.provider(record.job.provider, record.job.account)

        return (yield from run_blocking(load))


def _other(fact: str, sort: str) -> str:
    names = "wait_batch and result_batch" if sort == "batch" else "wait and result"
    return f"the job {fact} of images; use {names}."


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None


def job_state(word: JobState | str) -> JobState:
    """The state of this name.

    Raises:
        UsageError: There is none.
    """
    try:
        return JobState(word)
    except ValueError:
        known = ", ".join(JobState)
        msg = f"no such job state: {word!r}. States are: {known}."
        raise UsageError(msg) from None
