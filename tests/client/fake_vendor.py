"""A vendor that does what each test tells it, and a client of either world to meet it with."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import vidiom
from vidiom.errors import NotFound, VidiomError
from vidiom.flow.effects import Flow, run_blocking
from vidiom.plugins.registry import InstalledPlugin, Registry
from vidiom.provider import Provider, ProviderOptions, ProviderSettings
from vidiom.provider.contract import MediaSort, Standing
from vidiom.schema.detections import Shot
from vidiom.schema.features import Feature
from vidiom.schema.jobs import JobRef, JobStatus
from vidiom.schema.media import BytesMedia, FileMedia, ImageBatch
from vidiom.schema.model import JsonValue
from vidiom.schema.orders import Order, UploadedMedia
from vidiom.schema.provenance import Provenance, Source
from vidiom.schema.raw import RawContext, RawPart, RawResult
from vidiom.schema.result import BatchItem, BatchResult, Result
from vidiom.schema.segments import Segment
from vidiom.webhooks.scheme import SignatureScheme, Unsigned


@dataclass
class Vendor:
    """What the vendor has, and how it will behave."""

    jobs: dict[str, Order] = field(default_factory=dict)
    """Jobs that were created (and paid for), by vendor id."""
    uploads: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    canceled: list[str] = field(default_factory=list)
    states: list[JobStatus] = field(default_factory=list)
    """What the next questions are answered with; the last one stays."""
    parts: Mapping[str, bytes] = field(default_factory=lambda: {"core": b'[{"end": 4}]'})
    failed_parts: Mapping[str, str] = field(default_factory=dict)
    not_available: Mapping[str, str] = field(default_factory=dict)
    fetched: int = 0
    asked: int = 0
    during_upload: Callable[[Order], None] = lambda _order: None
    before_submit: VidiomError | None = None
    after_submit: VidiomError | None = None
    """Raised when the job was created all the same."""
    on_check: list[VidiomError] = field(default_factory=list)
    on_fetch: VidiomError | None = None

    def submit(self, order: Order) -> str:
        if self.before_submit is not None:
            raise self.before_submit
        vendor_id = f"v{len(self.jobs) + 1}"
        self.jobs[vendor_id] = order
        if self.after_submit is not None:
            raise self.after_submit
        return vendor_id

    def check(self, vendor_id: str) -> JobStatus:
        self.asked += 1
        if self.on_check:
            raise self.on_check.pop(0)
        if vendor_id not in self.jobs:
            raise NotFound("no such job.", status=404, provider="fake", operation="check")
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


class FakeSettings(ProviderSettings):
    base_url: str = "https://fake.example"


class FakeOptions(ProviderOptions):
    depth: int | None = None


class Fake(Provider):
    """An adapter whose requests end in memory."""

    vendor: ClassVar[Vendor]
    name = "fake"
    title = "Fake"
    version = "7"
    standing: ClassVar[Standing] = "native"
    settings_type = FakeSettings
    options_type = FakeOptions
    media: ClassVar[frozenset[MediaSort]] = frozenset({"file", "url", "batch"})
    features: ClassVar[Mapping[Feature, str]] = {Feature.SHOTS: "shots", Feature.TEXT: "ocr"}
    signature: ClassVar[SignatureScheme | Unsigned] = Unsigned("there is nobody who would sign")
    listing_complete = True

    def upload(self, media: FileMedia | BytesMedia, order: Order) -> Flow[UploadedMedia | None]:
        yield from run_blocking(lambda: self.vendor.during_upload(order))
        self.vendor.uploads.append(media.description)
        return UploadedMedia(url=f"fake://{len(self.vendor.uploads)}")

    def upload_batch(self, batch: ImageBatch, order: Order) -> Flow[UploadedMedia | None]:
        yield from run_blocking(lambda: self.vendor.during_upload(order))
        ids = [image.external_id for image in batch.images]
        self.vendor.uploads += ids
        return UploadedMedia(url="", data={"ids": list[JsonValue](ids)})

    def submit(self, order: Order) -> Flow[JobRef]:
        vendor_id = yield from run_blocking(lambda: self.vendor.submit(order))
        return JobRef(provider="fake", vendor_id=vendor_id)

    def find(self, order: Order) -> Flow[JobRef | None]:
        found = yield from run_blocking(
            lambda: [
                vendor_id
                for vendor_id, known in self.vendor.jobs.items()
                if known.correlation == order.correlation
            ]
        )
        return JobRef(provider="fake", vendor_id=found[0]) if found else None

    def check(self, job: JobRef) -> Flow[JobStatus]:
        return (yield from run_blocking(lambda: self.vendor.check(job.vendor_id)))

    def fetch(self, job: JobRef, order: Order) -> Flow[RawResult]:
        def fetch() -> RawResult:
            self.vendor.fetched += 1
            if self.vendor.on_fetch is not None:
                raise self.vendor.on_fetch
            parts = {name: RawPart(name, content) for name, content in self.vendor.parts.items()}
            context = RawContext(
                failed_parts=self.vendor.failed_parts, not_available=self.vendor.not_available
            )
            return RawResult("fake", parts, context)

        return (yield from run_blocking(fetch))

    def normalize(self, raw: RawResult) -> Result:
        import msgspec

        shots = msgspec.json.decode(raw["core"].content, type=list[dict[str, float]])
        return Result(
            provenance=Provenance(provider="fake", adapter_version=self.version),
            detections=tuple(
                Shot(id=str(i), segments=(Segment(0.0, s["end"]),), source=Source("core", f"/{i}"))
                for i, s in enumerate(shots)
            ),
        )

    def normalize_batch(self, raw: RawResult) -> BatchResult:
        return BatchResult(
            items=(BatchItem(external_id="a.jpg", result=self.normalize(raw)),),
            provenance=Provenance(provider="fake", adapter_version=self.version),
        )

    def cancel(self, job: JobRef) -> Flow[None]:
        yield from run_blocking(lambda: self.vendor.canceled.append(job.vendor_id))

    def delete(self, job: JobRef) -> Flow[None]:
        yield from run_blocking(lambda: self.vendor.deleted.append(job.vendor_id))

    def upper(self, word: str) -> Flow[str]:
        """Something that no other vendor offers."""
        return (yield from run_blocking(word.upper))


class FakeRegistry(Registry):
    """A registry of just the fake, without entry points."""

    def __init__(self, kind: type[Provider]) -> None:
        super().__init__(lambda: ())
        self._kind = kind

    def get(self, name: str) -> type[Provider]:
        return self._kind if name == self._kind.name else super().get(name)

    def plugins(self) -> tuple[InstalledPlugin, ...]:
        return (InstalledPlugin(self._kind.name, "fake-distribution", self._kind),)


class Either:
    """A client of one of the two worlds, called the same way: ``either.submit(...)``."""

    def __init__(self, client: vidiom.Client | vidiom.AsyncClient) -> None:
        self.client = client
        self._loop = asyncio.new_event_loop()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.client, name)

        def call(*arguments: object, **options: object) -> Any:  # noqa: ANN401 - each method has its own type
            value = method(*arguments, **options)
            return self._loop.run_until_complete(value) if inspect.isawaitable(value) else value

        return call

    def end(self) -> None:
        (self.aclose if isinstance(self.client, vidiom.AsyncClient) else self.close)()
        self._loop.close()
