"""What to ask DeepVA for, in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, Never

import msgspec

from vidiom.errors import (
    ApiError,
    AuthenticationFailed,
    MalformedAnswer,
    NotFound,
    RateLimited,
    ServerError,
)
from vidiom.flow.effects import Flow
from vidiom.provider import Provider, submitted_url, unsupported
from vidiom.provider.emulation import AsgiApp, EmulatorOptions
from vidiom.schema.jobs import JobRef, JobStatus, JobUpdate
from vidiom.schema.media import BytesMedia, FileMedia, ImageBatch, UrlMedia
from vidiom.schema.model import JsonObject, JsonValue
from vidiom.schema.orders import Order, UploadedMedia
from vidiom.schema.raw import RawContext, RawPart, RawResult
from vidiom.schema.result import BatchResult, Result
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import SignatureScheme
from vidiom_deepva import normalize, parts, states, webhook, wire
from vidiom_deepva.calls import Calls, opened, path_of, read
from vidiom_deepva.modules import FEATURES
from vidiom_deepva.options import DeepvaOptions
from vidiom_deepva.ordering import new_job
from vidiom_deepva.paging import Pages
from vidiom_deepva.settings import DeepvaSettings
from vidiom_deepva.storage import Storage

__all__ = ["DeepvaProvider"]

_SUBTITLES: Final = (".srt",)


class DeepvaProvider(Provider):
    """DeepVA (https://docs.deepva.com)."""

    name = "deepva"
    title = "DeepVA"
    version = "1.0"
    standing = "documented"
    settings_type = DeepvaSettings
    options_type = DeepvaOptions
    media = frozenset({"url", "file", "bytes", "batch"})
    features = FEATURES
    signature = webhook.SIGNATURE
    wire_types = parts.WIRE_TYPES
    redundant_paths = parts.REDUNDANT
    correlation_field = "tag"
    listing_complete = True
    cancel = unsupported(
        "DeepVA documents no way to stop a job; `delete` removes it with what it has found"
    )

    def __init__(self, settings: DeepvaSettings) -> None:
        super().__init__(settings)
        self._own = settings

    @cached_property
    def _calls(self) -> Calls:
        return Calls(self._own.base_url, self.settings.required_key(self.name))

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self._calls, self._own.page_limit, self._own.pages_in_flight)

    @cached_property
    def _rules(self) -> normalize.Rules:
        return normalize.Rules.of(self._own, self.version)

    # --- before the job ----------------------------------------------------------------------

    def upload(self, media: FileMedia | BytesMedia, order: Order) -> Flow[UploadedMedia]:
        boundary = f"vidiom-{order.correlation}"
        return (yield from self.storage().upload(media, boundary=boundary))

    def submit(self, order: Order) -> Flow[JobRef]:
        sources, uploads = yield from self._sources(order)
        body = new_job(order, sources, self._own.webhook_events)
        said = yield from self._calls.change("POST", "jobs/", wire.Job, body, operation="submit")
        if not said.id:
            self._incomplete("id", "submit")
        data: JsonObject = {"storage_ids": uploads} if uploads else {}
        return JobRef(provider=self.name, vendor_id=said.id, data=data)

    def find(self, order: Order) -> Flow[JobRef | None]:
        # Whether the filter is exact is not documented, so what comes back is compared.
        jobs = yield from self._pages.until(
            "jobs/",
            wire.Job,
            lambda found: any(one.tag == order.correlation for one in found),
            {"tag": order.correlation},
            operation="find",
        )
        for one in jobs:
            if one.tag == order.correlation and one.id:
                return self.reference(order, one.id)
        return None

    # --- while it runs -----------------------------------------------------------------------

    def check(self, job: JobRef) -> Flow[JobStatus]:
        path = path_of("jobs", job.vendor_id)
        said = yield from self._calls.get(path, wire.Job, operation="check")
        if not said.state:
            self._incomplete("state", "check")
        return states.status(said, said.state, self._own)

    def check_many(self, jobs: Sequence[JobRef]) -> Flow[Mapping[str, JobStatus]]:
        wanted = {job.vendor_id for job in jobs}
        listed = yield from self._pages.until(
            "jobs/",
            wire.Job,
            lambda found: wanted <= {one.id for one in found},
            operation="check_many",
        )
        return {
            one.id: states.status(one, one.state, self._own)
            for one in listed
            if one.id in wanted and one.id and one.state
        }

    # --- afterwards --------------------------------------------------------------------------

    def fetch(self, job: JobRef, order: Order) -> Flow[RawResult]:
        path = path_of("jobs", job.vendor_id)
        found = [(yield from self._calls.save(path, parts.JOB, operation="fetch"))]
        found += yield from self._pages.saved(
            f"{path}detailed-results/", parts.DETAILED, operation="fetch"
        )
        failed: dict[str, str] = {}
        found += yield from self._optional(f"{path}summarized-results/", parts.SUMMARIZED, failed)
        if self._own.artifacts != "none":
            listed = yield from self._optional(f"{path}artifacts/", parts.ARTIFACTS, failed)
            found += listed
            for page in listed:
                found += yield from self._files(path, page, failed)
        if isinstance(order.media, ImageBatch):
            manifest = {"external_ids": [one.external_id for one in order.media.images]}
            found.append(RawPart(parts.BATCH, msgspec.json.encode(manifest), "application/json"))
        context = RawContext(vendor_job_id=job.vendor_id, failed_parts=failed)
        return RawResult(self.name, {part.name: part for part in found}, context)

    def normalize(self, raw: RawResult) -> Result:
        return normalize.result(raw, self._rules)

    def normalize_batch(self, raw: RawResult) -> BatchResult:
        return normalize.batch(raw, self._rules)

    def delete(self, job: JobRef) -> Flow[None]:
        yield from self._calls.delete(path_of("jobs", job.vendor_id), operation="delete")
        kept = job.data.get("storage_ids")
        if self._own.delete_uploads and isinstance(kept, list):
            for file_id in kept:
                yield from self.storage().delete(str(file_id))

    def signature_scheme(self) -> SignatureScheme:
        return webhook.scheme(self._own)

    def reference(self, order: Order, vendor_id: str) -> JobRef:
        stored = order.uploaded.data.get("storage_id") if order.uploaded is not None else None
        data: JsonObject = {} if stored is None else {"storage_ids": [stored]}
        return JobRef(provider=self.name, vendor_id=vendor_id, data=data)

    def read_delivery(self, delivery: Delivery) -> JobUpdate:
        return webhook.update(delivery, self._own)

    # --- besides jobs ------------------------------------------------------------------------

    def probe(self) -> Flow[str]:
        query = {"limit": "1", "offset": "0"}
        content = yield from self._calls.content("jobs/", query, operation="probe")
        opened(content, "probe")
        return "the list of jobs answers, and the key is accepted"

    def storage(self) -> Storage:
        """The vendor's storage of files."""
        return Storage(self._calls, self._own)

    def artifacts(self, job: JobRef) -> Flow[list[wire.Artifact]]:
        """The files that a job's modules made."""
        path = path_of("jobs", job.vendor_id, "artifacts")
        return (yield from self._pages.items(path, wire.Artifact, operation="artifacts"))

    def artifact(self, job: JobRef, artifact_id: str) -> Flow[RawPart]:
        """One of them, streamed to the archive."""
        path = path_of("jobs", job.vendor_id, "artifacts", artifact_id, "file")
        name = f"{parts.ARTIFACT}/{artifact_id}"
        return (yield from self._calls.save(path, name, operation="artifacts"))

    def emulator(self, options: EmulatorOptions) -> AsgiApp:
        from vidiom_deepva.emulation.invocation import app_for

        return app_for(options)

    # --- steps -------------------------------------------------------------------------------

    def _sources(self, order: Order) -> Flow[tuple[list[str], list[JsonValue]]]:
        """What to analyse, and the storage ids of what was uploaded for it."""
        if not isinstance(order.media, ImageBatch):
            stored = order.uploaded.data.get("storage_id") if order.uploaded is not None else None
            kept: list[JsonValue] = [] if stored is None else [stored]
            return [submitted_url(order, provider=self.name)], kept
        sources: list[str] = []
        uploads: list[JsonValue] = []
        for number, image in enumerate(order.media.images):
            if isinstance(image.media, UrlMedia):
                sources.append(image.media.url)
                continue
            boundary = f"vidiom-{order.correlation}-{number}"
            uploaded = yield from self.storage().upload(
                image.media, boundary=boundary, operation="submit"
            )
            sources.append(uploaded.url)
            stored = uploaded.data.get("storage_id")
            uploads += [] if stored is None else [stored]
        return sources, uploads

    def _optional(self, path: str, prefix: str, failed: dict[str, str]) -> Flow[list[RawPart]]:
        """A list that need not be there; what passes is raised, so that it is tried again."""
        try:
            return (yield from self._pages.saved(path, prefix, operation="fetch"))
        except (AuthenticationFailed, RateLimited, ServerError):
            raise
        except (ApiError, MalformedAnswer) as error:
            failed[prefix] = error.message
            return []

    def _files(self, path: str, page: RawPart, failed: dict[str, str]) -> Flow[list[RawPart]]:
        """The files of a page of artifacts that are wanted."""
        found: list[RawPart] = []
        for row in opened(page.content, "fetch").data or []:
            one = read(row, wire.Artifact, "fetch")
            if not one.id or not self._wanted(one):
                continue
            name = f"{parts.ARTIFACT}/{one.id}"
            try:
                file = f"{path}artifacts/{path_of(one.id)}file/"
                found.append((yield from self._calls.save(file, name, operation="fetch")))
            except NotFound as error:
                failed[name] = error.message
        return found

    def _wanted(self, artifact: wire.Artifact) -> bool:
        """One that says nothing of itself may be the one with the words."""
        if self._own.artifacts == "all":
            return True
        said = (artifact.name, artifact.file_name, artifact.type)
        told = [word.lower() for word in said if word]
        return not told or any(word.endswith(("srt", *_SUBTITLES)) for word in told)

    def _incomplete(self, member: str, operation: str) -> Never:
        raise MalformedAnswer(
            f"the answer has no {member!r}.", provider=self.name, operation=operation
        )
