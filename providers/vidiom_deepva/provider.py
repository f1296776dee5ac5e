"""What to ask DeepVA for, in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, Never

from vidiom.errors import MalformedAnswer
from vidiom.flow.effects import Flow, together
from vidiom.provider import Provider, remote_url, submitted_url, unsupported
from vidiom.provider.emulation import AsgiApp, EmulatorOptions
from vidiom.schema.jobs import JobRef, JobStatus, JobUpdate
from vidiom.schema.media import BytesMedia, FileMedia, ImageBatch, UrlMedia
from vidiom.schema.model import JsonObject, JsonValue
from vidiom.schema.orders import Order, UploadedMedia
from vidiom.schema.raw import RawPart, RawResult
from vidiom.schema.result import BatchResult, Result
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import SignatureScheme
from vidiom_deepva import normalize, parts, states, webhook, wire
from vidiom_deepva.assumptions import ASSUMPTIONS
from vidiom_deepva.calls import Calls, opened, path_of
from vidiom_deepva.fetching import fetch
from vidiom_deepva.galleries import DeepvaGalleries
from vidiom_deepva.library.datasets import Datasets
from vidiom_deepva.library.dictionaries import Dictionaries
from vidiom_deepva.library.face_index import FaceIndex
from vidiom_deepva.library.resources import Resource
from vidiom_deepva.library.subscriptions import Subscriptions
from vidiom_deepva.library.trainings import Model, Trainings
from vidiom_deepva.library.transcripts import Transcripts
from vidiom_deepva.modules import FEATURES
from vidiom_deepva.options import DeepvaOptions
from vidiom_deepva.ordering import new_job
from vidiom_deepva.paging import Pages
from vidiom_deepva.settings import DeepvaSettings
from vidiom_deepva.storage import Storage

__all__ = ["DeepvaProvider"]

_ASKED_SINGLY: Final = 10
"""Jobs that are looked up by their tags, one list each; for more, the list of all is shorter."""


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
    assumptions = ASSUMPTIONS
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

    def upload_batch(self, batch: ImageBatch, order: Order) -> Flow[UploadedMedia | None]:
        if all(isinstance(image.media, UrlMedia) for image in batch.images):
            return None
        uploads = yield from together(
            [
                self._image(image.media, f"vidiom-{order.correlation}-{number}")
                for number, image in enumerate(batch.images)
            ],
            limit=self._own.uploads_in_flight,
        )
        sources: list[JsonValue] = [one.url for one in uploads]
        ids: list[JsonValue] = [
            one.data.get("storage_id")
            for one, image in zip(uploads, batch.images, strict=True)
            if not isinstance(image.media, UrlMedia)
        ]
        return UploadedMedia(url="", data={"sources": sources, "storage_ids": ids})

    def _image(
        self, media: UrlMedia | FileMedia | BytesMedia, boundary: str
    ) -> Flow[UploadedMedia]:
        """An image of a batch as the vendor gets it; one at a URL is left where it is."""
        if isinstance(media, UrlMedia):
            return UploadedMedia(url=media.url)
        return (yield from self.storage().upload(media, boundary=boundary))

    def submit(self, order: Order) -> Flow[JobRef]:
        body = new_job(order, self._sources(order), self._own.webhook_events)
        said = yield from self._calls.change("POST", "jobs/", wire.Job, body, operation="submit")
        if not said.id:
            self._incomplete("id", "submit")
        return self.reference(order, said.id)

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

    def find_many(self, orders: Sequence[Order]) -> Flow[Mapping[str, Sequence[JobRef]]]:
        wanted = {order.correlation: order for order in orders}
        found: dict[str, dict[str, JobRef]] = {tag: {} for tag in wanted}
        if len(wanted) > _ASKED_SINGLY:
            yield from self._listed({}, wanted, found)
        # Rows of a long list move while its pages are read, so absent is only what is absent from
        # the list of its own tag, too: it may be bought again.
        for tag in [tag for tag, refs in found.items() if not refs]:
            yield from self._listed({"tag": tag}, wanted, found)
        return {tag: tuple(refs.values()) for tag, refs in found.items()}

    def _listed(
        self,
        query: dict[str, str],
        wanted: Mapping[str, Order],
        found: Mapping[str, dict[str, JobRef]],
    ) -> Flow[None]:
        for one in (yield from self._pages.items("jobs/", wire.Job, query, operation="find")):
            order = wanted.get(one.tag or "")
            if order is not None and one.id:
                found[order.correlation].setdefault(one.id, self.reference(order, one.id))

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
        return (yield from fetch(self._pages, job, order, files=self._own.artifacts))

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
        kept = order.uploaded.data if order.uploaded is not None else {}
        ids = kept.get("storage_ids", [kept.get("storage_id")])
        known: list[JsonValue] = (
            [one for one in ids if one is not None] if isinstance(ids, list) else []
        )
        data: JsonObject = {"storage_ids": known} if known else {}
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

    def galleries(self) -> DeepvaGalleries:
        return DeepvaGalleries(self.datasets(), self.face_index(), self.storage())

    def datasets(self) -> Datasets:
        """Datasets with their classes and images."""
        return Datasets(self._pages)

    def dictionaries(self) -> Dictionaries:
        """Words for modules to look for."""
        return Dictionaries(self._pages, self._own)

    def trainings(self) -> Trainings:
        """Datasets on their way to be models."""
        return Trainings(self._pages)

    def models(self) -> Resource[Model]:
        """The models that jobs can name (the vendor's page of them was not available)."""
        return Resource(self._pages, ("models",), Model)

    def face_index(self) -> FaceIndex:
        """Unknown faces that were given a persistent id."""
        return FaceIndex(self._pages)

    def transcripts(self) -> Transcripts:
        """Transcripts that people correct."""
        return Transcripts(self._pages)

    def subscriptions(self) -> Subscriptions:
        """Webhooks of the account, besides those of jobs."""
        return Subscriptions(self._pages)

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

    def _sources(self, order: Order) -> list[str]:
        """What to analyse: uploads by the vendor's references, all else by its own address."""
        if not isinstance(order.media, ImageBatch):
            return [submitted_url(order, provider=self.name)]
        kept = order.uploaded.data.get("sources") if order.uploaded is not None else None
        if isinstance(kept, list):
            return [str(one) for one in kept]
        return [remote_url(image.media, provider=self.name) for image in order.media.images]

    def _incomplete(self, member: str, operation: str) -> Never:
        raise MalformedAnswer(
            f"the answer has no {member!r}.", provider=self.name, operation=operation
        )
