"""What to ask Valossa for, in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final, Never

from vidiom.errors import JobNeedsReview, MalformedAnswer, NotFound, RequestRejected, VidiomError
from vidiom.flow.effects import Flow, settled
from vidiom.provider import Provider, submitted_url
from vidiom.provider.emulation import AsgiApp, EmulatorOptions
from vidiom.schema.jobs import JobRef, JobStatus, JobUpdate
from vidiom.schema.media import BytesMedia, FileMedia
from vidiom.schema.orders import Order, UploadedMedia
from vidiom.schema.raw import RawContext, RawPart, RawResult
from vidiom.schema.result import Result
from vidiom.webhooks.delivery import Delivery
from vidiom_valossa import normalize, parts, webhook, wire
from vidiom_valossa.assumptions import ASSUMPTIONS
from vidiom_valossa.calls import Calls
from vidiom_valossa.listing import JobAtVendor, jobs_of
from vidiom_valossa.options import ValossaOptions, new_job
from vidiom_valossa.settings import ValossaSettings
from vidiom_valossa.training import ValossaGalleries
from vidiom_valossa.uploading import upload

__all__ = ["ValossaProvider"]

_MOST_JOBS: Final = 10_000
"""There is no offset: what lies beyond cannot be listed."""


class ValossaProvider(Provider):
    """Valossa AI (https://docs.valossa.com)."""

    name = "valossa"
    title = "Valossa AI"
    version = "1.0"
    standing = "documented"
    settings_type = ValossaSettings
    options_type = ValossaOptions
    media = frozenset({"url", "file", "bytes"})
    features = parts.FEATURES
    signature = webhook.SIGNATURE
    wire_types = parts.WIRE_TYPES
    redundant_paths = parts.REDUNDANT
    assumptions = ASSUMPTIONS
    correlation_field = "customer_media_info.id"
    listing_complete = True

    def __init__(self, settings: ValossaSettings) -> None:
        super().__init__(settings)
        self._own = settings

    @cached_property
    def _core(self) -> Calls:
        key = self.settings.required_key(self.name)
        return Calls(f"{self._own.base_url.rstrip('/')}/core/1.0", key)

    @property
    def _poll(self) -> normalize.PollRange:
        own = self._own
        return normalize.PollRange(own.shortest_poll_seconds, own.longest_poll_seconds)

    def upload(self, media: FileMedia | BytesMedia, order: Order) -> Flow[UploadedMedia]:
        boundary = f"vidiom-{order.correlation}"
        return (
            yield from upload(
                self._core, media, boundary=boundary, in_flight=self._own.uploads_in_flight
            )
        )

    def submit(self, order: Order) -> Flow[JobRef]:
        body = new_job(order, submitted_url(order, provider=self.name))
        accepted = yield from self._core.post("new_job", wire.Accepted, body, operation="submit")
        if not accepted.job_id:
            self._incomplete("job_id", "submit")
        return JobRef(provider=self.name, vendor_id=accepted.job_id)

    def find(self, order: Order) -> Flow[JobRef | None]:
        found = yield from self.find_many([order])
        if order.correlation not in found:
            raise JobNeedsReview(
                f"the vendor lists no more than {_MOST_JOBS} jobs, and this one is not among them; "
                "whether it was created cannot be found out.",
                job_id=order.correlation,
                provider=self.name,
                operation="find",
            )
        return next(iter(found[order.correlation]), None)

    def find_many(self, orders: Sequence[Order]) -> Flow[Mapping[str, Sequence[JobRef]]]:
        jobs = yield from self._listed({}, operation="find")
        found: dict[str, list[JobRef]] = {}
        if len(jobs) < _MOST_JOBS:  # else what is not listed may be there all the same
            found = {order.correlation: [] for order in orders}
        wanted = {order.correlation for order in orders}
        for job in jobs:  # of several with one id, the latest is meant
            if job.customer_media_id in wanted and job.job_id:
                ref = JobRef(provider=self.name, vendor_id=job.job_id)
                found.setdefault(job.customer_media_id, []).append(ref)
        return found

    def check(self, job: JobRef) -> Flow[JobStatus]:
        query = {"job_id": job.vendor_id}
        said = yield from self._core.get("job_status", wire.JobStatus, query, operation="check")
        if not said.status:
            self._incomplete("status", "check")
        return normalize.status(said, said.status, self._poll)

    def check_many(self, jobs: Sequence[JobRef]) -> Flow[Mapping[str, JobStatus]]:
        listed = yield from self._listed({"show_status": "true"}, operation="check_many")
        wanted = {job.vendor_id for job in jobs}
        return {
            one.job_id: normalize.status(one.job_status, one.job_status.status, self._poll)
            for one in listed
            if one.job_id in wanted and one.job_status is not None and one.job_status.status
        }

    def list_jobs(self) -> Flow[tuple[JobAtVendor, ...]]:
        """Up to 10,000 jobs of the account in one request, whoever submitted them.

        ``client.call(ValossaProvider, lambda valossa: valossa.list_jobs())``
        """
        query = {"show_status": "true", "show_media_info": "true"}
        listed = yield from self._listed(query, operation="list_jobs")
        return tuple(jobs_of(listed, self._poll))

    def fetch(self, job: JobRef, order: Order) -> Flow[RawResult]:
        chosen = self._own.result_types or parts.optional_parts(order.features)
        names = (parts.CORE, *(name for name in chosen if name != parts.CORE))
        saved = yield from settled(
            [self._saved(job, name) for name in names], limit=self._own.parts_in_flight
        )
        kept: dict[str, RawPart] = {}
        failed: dict[str, str] = {}
        absent: dict[str, str] = {}
        for name, one in zip(names, saved, strict=True):
            if isinstance(one, RawPart):
                kept[name] = one
            elif name == parts.CORE:
                raise one
            elif isinstance(one, NotFound | RequestRejected):
                absent[name] = _not_generated(one)
            else:
                failed[name] = one.message
        return RawResult(self.name, kept, RawContext(failed_parts=failed, not_available=absent))

    def cancel(self, job: JobRef) -> Flow[None]:
        yield from self._ended("cancel_job", job, "cancel")

    def delete(self, job: JobRef) -> Flow[None]:
        yield from self._ended("delete_job", job, "delete")

    def probe(self) -> Flow[str]:
        query = {"n_jobs": "1"}
        yield from self._core.get("list_jobs", wire.Listing, query, operation="probe")
        return "list_jobs answers, and the key is accepted"

    def normalize(self, raw: RawResult) -> Result:
        return normalize.result(raw, adapter_version=self.version)

    def galleries(self) -> ValossaGalleries:
        key = self.settings.required_key(self.name)
        return ValossaGalleries(Calls(f"{self._own.base_url.rstrip('/')}/training/1.0", key))

    def emulator(self, options: EmulatorOptions) -> AsgiApp:
        from vidiom_valossa.emulation.invocation import app_for

        return app_for(options)

    def read_delivery(self, delivery: Delivery) -> JobUpdate:
        return webhook.update(delivery, self._poll)

    def _listed(
        self, query: Mapping[str, str], *, operation: str
    ) -> Flow[Sequence[wire.ListedJob]]:
        query = {**query, "n_jobs": str(_MOST_JOBS)}
        said = yield from self._core.get("list_jobs", wire.Listing, query, operation=operation)
        if said.jobs is None:
            self._incomplete("jobs", operation)
        return said.jobs

    def _saved(self, job: JobRef, part: str) -> Flow[RawPart]:
        query = {"job_id": job.vendor_id, "type": part}
        saved = yield from self._core.save("job_results", part, query, operation="fetch")
        return replace(saved, name=part)

    def _ended(self, function: str, job: JobRef, operation: str) -> Flow[None]:
        # Asked twice, it is refused or unknown the second time, and the job is as ended as before.
        body = {"job_id": job.vendor_id}
        yield from self._core.post(
            function, wire.Refusal, body, operation=operation, repeatable=True
        )

    def _incomplete(self, member: str, operation: str) -> Never:
        raise MalformedAnswer(
            f"the answer has no {member!r}.", provider=self.name, operation=operation
        )


# Which status an ungenerated type has is not documented: "may return an error"
# (https://docs.valossa.com/api-reference/error-codes).
def _not_generated(error: VidiomError) -> str:
    return f"it was not generated for this job ({error.message.rstrip('.')})."
