"""What to ask an asynchronous image and video API for, in which order."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Final

from vidiom.errors import (
    ApiError,
    JobFailed,
    JobNotFinished,
    MalformedAnswer,
    NotFound,
    TransportError,
    UsageError,
    VidiomError,
)
from vidiom.flow.effects import Flow, now, settled
from vidiom.flow.retry import retry_after
from vidiom.provider import Provider, decode, readable, unsupported
from vidiom.provider.contract import CallbackForm
from vidiom.provider.emulation import AsgiApp, EmulatorOptions
from vidiom.provider.proposals import Proposal
from vidiom.schema.jobs import JobFailure, JobRef, JobState, JobStatus, JobUpdate
from vidiom.schema.latency import Latency, MediaType
from vidiom.schema.media import BatchImage, ImageBatch
from vidiom.schema.orders import Callback, Order
from vidiom.schema.raw import RawPart, RawResult
from vidiom.schema.result import BatchResult, Result
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import SignatureScheme
from vidiom_generic import normalize, parts, webhook, wire
from vidiom_generic.assumptions import ASSUMPTIONS
from vidiom_generic.batches import BATCH, IMAGES, UNKNOWN_TIME, Part, Submission
from vidiom_generic.bodies import image_body, in_jobs, video_body
from vidiom_generic.calls import Calls, is_pending
from vidiom_generic.openapi import proposals
from vidiom_generic.options import GenericOptions, options_of
from vidiom_generic.pace import Pace
from vidiom_generic.settings import GenericSettings
from vidiom_generic.states import Vocabulary, combined

__all__ = ["GenericProvider"]

_IN_FLIGHT: Final = 4


class GenericProvider(Provider):
    """An asynchronous image and video API (https://docs.noxo.dev/api/v0.2.0)."""

    name = "generic"
    title = "Generic asynchronous API (Noxovision)"
    version = "1.0"
    standing = "documented"
    settings_type = GenericSettings
    options_type = GenericOptions
    media = frozenset({"file", "bytes", "batch"})
    features = parts.FEATURES
    signature = webhook.SIGNATURE
    wire_types = parts.WIRE_TYPES
    redundant_paths = parts.REDUNDANT
    assumptions = ASSUMPTIONS

    find = unsupported("the API has neither a list of jobs nor a field for our own id")
    check_many = unsupported("the API answers for one job at a time")
    cancel = unsupported("the API cannot stop a job; max_processing_time bounds it")
    delete = unsupported("the API cannot delete a job")

    def __init__(self, settings: GenericSettings) -> None:
        super().__init__(settings)
        self._own = settings

    @cached_property
    def _calls(self) -> Calls:
        return Calls.of(self._own)

    @property
    def _words(self) -> Vocabulary:
        return Vocabulary.of(self._own.states)

    # --- before the job ----------------------------------------------------------------------

    def submit(self, order: Order) -> Flow[JobRef]:
        moment = yield from now()
        if isinstance(order.media, ImageBatch):
            return (yield from self._submit_images(order, order.media, moment))
        body = video_body(order, self._own)
        secret = order.callback.secret if order.callback is not None else None
        ticket = yield from self._calls.submit("video", body, self._headers(order), secret)
        part = Part(ticket.job_id, ticket.poll)
        return Submission("video", moment, (part,)).ref(self.name)

    def _submit_images(self, order: Order, batch: ImageBatch, moment: datetime) -> Flow[JobRef]:
        own = self._own
        runs = in_jobs(batch.images, most=own.images_per_job, most_bytes=own.bytes_per_job)
        # Of several jobs none may say that the whole has ended, so nobody is called: it is polled.
        callback = order.callback if len(runs) == 1 else None
        done: list[Part] = []
        for run in runs:
            try:
                done.append((yield from self._submit_run(order, run, callback)))
            except VidiomError as error:
                if not any(one.job_id for one in done):
                    raise
                # What was bought is kept; what was not is told with the answer, image by image.
                done.append(Part(None, images=len(run), failure=_not_submitted(error)))
        return Submission("image", moment, tuple(done)).ref(self.name)

    def _submit_run(
        self, order: Order, run: list[BatchImage], callback: Callback | None
    ) -> Flow[Part]:
        body = image_body(run, callback, self._own)
        secret = callback.secret if callback is not None else None
        ticket = yield from self._calls.submit("image", body, self._headers(order), secret)
        return Part(ticket.job_id, ticket.poll, len(run))

    def _headers(self, order: Order) -> dict[str, str]:
        bound = options_of(order).max_processing_time
        return {} if bound is None else {self._own.max_processing_time_header: str(bound)}

    # --- while it runs -----------------------------------------------------------------------

    def check(self, job: JobRef) -> Flow[JobStatus]:
        kept = Submission.of(job)
        pace = Pace.of(self._own, kept.at, job.vendor_id)
        ends: list[JobStatus] = []
        gone: list[NotFound] = []
        # From the last one: the vendor works in order, so that mostly one short answer tells that
        # the whole is not ready, and the long ones of those that are come once.
        for part in reversed(kept.parts):
            if part.job_id is None:
                ends.append(JobStatus(state=JobState.FAILED, failure=part.failure))
                continue
            try:
                status = yield from self._check(kept.kind, part.job_id, part.poll, pace)
            except NotFound as error:
                gone.append(error)
                ends.append(JobStatus(state=JobState.EXPIRED, failure=_failure(error)))
                continue
            if not status.state.terminal:
                return status
            ends.append(status)
        if len(gone) == sum(part.job_id is not None for part in kept.parts):
            raise gone[0]
        return combined(reversed(ends))

    def _check(self, kind: MediaType, job_id: str, poll: str | None, pace: Pace) -> Flow[JobStatus]:
        try:
            answer = yield from self._calls.ask(kind, job_id, poll, "check")
        except NotFound as error:
            moment = yield from now()
            if not pace.begun_within(moment, self._own.not_found_grace_seconds):
                raise
            return JobStatus(
                state=JobState.QUEUED,
                vendor_state=str(error.status),
                poll_after=pace.next_question(moment),
            )
        moment = yield from now()
        status = self._status(kind, answer.status, answer.body, "check")
        if status.state.terminal:
            return status
        asked = retry_after(answer, moment)
        hint = pace.next_question(moment) if asked is None else pace.asked(asked)
        return status.model_copy(update={"poll_after": hint})

    def _status(
        self, kind: MediaType, status: int, content: bytes | memoryview, operation: str
    ) -> JobStatus:
        if is_pending(status, content):
            return JobStatus(state=JobState.QUEUED, vendor_state=str(status))
        said = decode(content, wire.JobOutcome, provider=self.name, operation=operation)
        with readable(self.name, operation):
            return self._words.status(said, kind, operation)

    # --- how long it takes -------------------------------------------------------------------

    def latency(self, media_type: MediaType) -> Flow[Latency]:
        said = yield from self._calls.latency(media_type, "latency")
        return self._latency(said, media_type, "latency")

    def units(self, order: Order) -> float | None:
        if isinstance(order.media, ImageBatch):
            return float(len(order.media.images))
        return options_of(order).duration_seconds

    def probe(self) -> Flow[str]:
        said = yield from self._calls.latency("video", "probe")
        found = self._latency(said, "video", "probe")
        return f"the key is accepted; {found.milliseconds_per_unit:g} ms per {found.unit or 'unit'}"

    def _latency(self, said: wire.LatencyAnswer, media_type: str, operation: str) -> Latency:
        if said.latency_ms_per_unit is None:
            raise MalformedAnswer(
                "the answer has no 'latency_ms_per_unit'.", provider=self.name, operation=operation
            )
        with readable(self.name, operation):
            return Latency(
                media_type=said.media_type or media_type,
                unit=said.unit,
                milliseconds_per_unit=said.latency_ms_per_unit,
            )

    def proposals(self, openapi: bytes) -> tuple[Proposal, ...]:
        return proposals(openapi, self._own)

    # --- afterwards --------------------------------------------------------------------------

    def fetch(self, job: JobRef, order: Order) -> Flow[RawResult]:
        kept = Submission.of(job)
        if kept.kind == parts.VIDEO:
            part = yield from self._saved("video", kept.parts[0], parts.VIDEO, order)
            return RawResult(self.name, {parts.VIDEO: part})
        saved = yield from settled(
            [
                self._saved("image", one, f"{IMAGES}/{number}", order)
                for number, one in enumerate(kept.parts)
                if one.job_id is not None
            ],
            limit=_IN_FLIGHT,
        )
        numbers = [number for number, one in enumerate(kept.parts) if one.job_id is not None]
        answers = dict(zip(numbers, saved, strict=True))
        lost = {n: one for n, one in answers.items() if isinstance(one, VidiomError)}
        if len(lost) == len(answers):
            raise next(iter(lost.values()))
        found = {f"{IMAGES}/{n}": one for n, one in answers.items() if isinstance(one, RawPart)}
        manifest = RawPart(BATCH, kept.manifest(order, lost), "application/json")
        return RawResult(self.name, {BATCH: manifest, **found})

    def _saved(self, kind: MediaType, part: Part, name: str, order: Order) -> Flow[RawPart]:
        """The answer of one job, once it has ended with something to read."""
        answer = yield from self._calls.save(kind, part.job_id or "", part.poll, name)
        saved = answer.part if answer.part is not None else RawPart(name, answer.body)
        status = self._status(kind, answer.status, saved.content, "fetch")
        if not status.state.terminal:
            raise JobNotFinished(
                f"the job is still {status.vendor_state}; wait for it first.",
                job_id=order.correlation,
                provider=self.name,
                operation="fetch",
            )
        if not status.state.has_result and not _has_items(saved):
            raise JobFailed(
                status.failure.message if status.failure is not None else status.state.value,
                job_id=order.correlation,
                provider=self.name,
                operation="fetch",
            )
        return saved

    def normalize(self, raw: RawResult) -> Result:
        return normalize.result(raw, self._words, adapter_version=self.version)

    def normalize_batch(self, raw: RawResult) -> BatchResult:
        return normalize.batch(raw, self._words, adapter_version=self.version)

    # --- webhooks ----------------------------------------------------------------------------

    def signature_scheme(self) -> SignatureScheme:
        return webhook.signature_of(self._own)

    def callback_form(self) -> CallbackForm:
        return "none" if self._own.webhooks == "none" else "url_and_secret"

    def read_delivery(self, delivery: Delivery) -> JobUpdate:
        return webhook.update(delivery, self._words)

    def reference(self, order: Order, vendor_id: str) -> JobRef:
        moment = UNKNOWN_TIME
        if not isinstance(order.media, ImageBatch):
            return Submission("video", moment, (Part(vendor_id),)).ref(self.name)
        images = len(order.media.images)
        return Submission("image", moment, (Part(vendor_id, images=images),)).ref(self.name)

    # --- for people without an account ---------------------------------------------------------

    def emulator(self, options: EmulatorOptions) -> AsgiApp:
        from vidiom_generic.emulation.invocation import app_for

        return app_for(options, self._own)


def _has_items(saved: RawPart) -> bool:
    """A batch of which every image failed tells of each of them."""
    said = decode(saved.content, wire.JobOutcome, provider="generic", operation="fetch")
    return bool(bytes(memoryview(said.items)[:1]))


def _failure(error: VidiomError) -> JobFailure:
    return JobFailure(code=type(error).__name__, message=error.message)


def _not_submitted(error: VidiomError) -> JobFailure:
    """Why a run of images has no job; whether it has one is not known where no answer came."""
    definite = error.definite if isinstance(error, ApiError) else isinstance(error, UsageError)
    lost = isinstance(error, TransportError) and error.sent
    if definite or (isinstance(error, TransportError) and not lost):
        return _failure(error)
    return JobFailure(
        code="SubmissionUnanswered",
        message=f"{error.message} Whether the vendor created the job is not known, so it was not "
        "sent again.",
    )
