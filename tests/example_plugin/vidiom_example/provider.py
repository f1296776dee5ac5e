"""What to ask Example for, in which order."""

from __future__ import annotations

from functools import cached_property

from vidiom.flow.body import Body, FileSlice
from vidiom.flow.effects import Flow
from vidiom.provider import JsonApi, Provider, error_text, submitted_url
from vidiom.provider.emulation import AsgiApp, EmulatorOptions
from vidiom.schema.jobs import JobRef, JobStatus, JobUpdate
from vidiom.schema.media import BytesMedia, FileMedia
from vidiom.schema.orders import Order, UploadedMedia
from vidiom.schema.raw import RawResult
from vidiom.schema.result import Result
from vidiom.webhooks.delivery import Delivery
from vidiom_example import normalize, webhook, wire
from vidiom_example.settings import ExampleSettings

__all__ = ["ExampleProvider"]


class ExampleProvider(Provider):
    """The video analysis of Example."""

    name = "example"
    title = "Example"
    version = "1.0"
    standing = "documented"
    settings_type = ExampleSettings
    media = frozenset({"url", "file", "bytes"})
    features = normalize.FEATURES
    signature = webhook.SIGNATURE
    correlation_field = "reference"
    listing_complete = True

    def __init__(self, settings: ExampleSettings) -> None:
        super().__init__(settings)
        self._base_url = settings.base_url

    @cached_property
    def _api(self) -> JsonApi:
        key = self.settings.required_key(self.name)
        words = error_text(wire.Refusal, lambda refusal: refusal.error)
        return JsonApi(self.name, self._base_url, (("X-Api-Key", key),), message=words)

    def upload(self, media: FileMedia | BytesMedia, order: Order) -> Flow[UploadedMedia]:
        if isinstance(media, BytesMedia):
            body = Body((media.data,), "application/octet-stream")
        else:
            size = media.size or 0
            body = Body((FileSlice(media.path, 0, size),), "application/octet-stream")
        # Under our own id, so that sending it twice leaves one upload: repeatable.
        path = f"uploads/{self._api.segment(order.correlation)}"
        done = yield from self._api.request(
            "PUT", path, wire.Upload, body=body, repeatable=True, operation="upload"
        )
        return UploadedMedia(url=done.media)

    def submit(self, order: Order) -> Flow[JobRef]:
        wanted = {
            "media": submitted_url(order, provider=self.name),
            "detect": sorted(self.features[feature] for feature in order.features),
            "reference": order.correlation,
            "callback": order.callback.url if order.callback else None,
        }
        created = yield from self._api.post("jobs", wire.Created, json=wanted, operation="submit")
        return JobRef(provider=self.name, vendor_id=created.id)

    def find(self, order: Order) -> Flow[JobRef | None]:
        query = {"reference": order.correlation}
        listing = yield from self._api.get("jobs", wire.Listing, query=query, operation="find")
        found = [JobRef(provider=self.name, vendor_id=job.id) for job in listing.jobs]
        return found[0] if found else None

    def check(self, job: JobRef) -> Flow[JobStatus]:
        state = yield from self._api.get(self._path(job), wire.JobState, operation="check")
        return normalize.status(state)

    def fetch(self, job: JobRef, order: Order) -> Flow[RawResult]:
        path = f"{self._path(job)}/result"
        part = yield from self._api.save(path, normalize.PART, operation="fetch")
        return RawResult(self.name, {part.name: part})

    def cancel(self, job: JobRef) -> Flow[None]:
        path = f"{self._path(job)}/stop"
        yield from self._api.post(path, type(None), repeatable=True, operation="cancel")

    def delete(self, job: JobRef) -> Flow[None]:
        path = self._path(job)
        yield from self._api.request(
            "DELETE", path, type(None), repeatable=True, operation="delete"
        )

    def normalize(self, raw: RawResult) -> Result:
        return normalize.result(raw, adapter_version=self.version)

    def read_delivery(self, delivery: Delivery) -> JobUpdate:
        return webhook.update(delivery)

    def emulator(self, options: EmulatorOptions) -> AsgiApp:
        from vidiom_example import emulator  # noqa: PLC0415 - only here is Starlette needed

        return emulator.app(options.api_key)

    def _path(self, job: JobRef) -> str:
        return f"jobs/{self._api.segment(job.vendor_id)}"
