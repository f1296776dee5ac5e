"""Local analysis as a provider: what is asked of the machine, in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from vidiom.errors import InvalidMedia
from vidiom.flow.effects import Flow, run_blocking
from vidiom.provider import Provider
from vidiom.schema.jobs import JobRef, JobStatus
from vidiom.schema.media import BytesMedia, FileMedia, ImageBatch, UrlMedia
from vidiom.schema.orders import Order
from vidiom.schema.raw import RawPart, RawResult
from vidiom.schema.result import BatchResult, Result
from vidiom.webhooks.scheme import Unsigned
from vidiom_local import normalize
from vidiom_local.desk import Desk, Request
from vidiom_local.folder import WorkItem
from vidiom_local.settings import LocalSettings
from vidiom_local.wire import PARTS

__all__ = ["LocalProvider"]


class LocalProvider(Provider):
    """Analysis on this machine, in processes of its own; no account, nothing is sent anywhere."""

    name = "local"
    title = "Local analysis"
    version = "1.0"
    standing = "native"
    settings_type = LocalSettings
    media = frozenset({"file", "batch"})
    features = normalize.EXPRESSED
    default_features = normalize.DEFAULT_FEATURES
    signature = Unsigned(reason="a local job sends no webhooks")
    correlation_field = "the folder's name"
    listing_complete = True
    wire_types: ClassVar[Mapping[str, Any]] = {
        **{pattern: part for name, part in PARTS.items() for pattern in (name, f"images/*/{name}")},
        "thumbnails/*": bytes,
        "images/*/thumbnails/*": bytes,
    }

    def __init__(self, settings: LocalSettings) -> None:
        super().__init__(settings)
        self._desk = Desk(
            home=settings.home,
            max_running=settings.max_running,
            speech_model=settings.speech_model,
            face_model=settings.face_model,
        )

    def probe(self) -> Flow[str]:
        """What is installed here, and what the missing extras would give."""
        return (yield from run_blocking(self._desk.inventory))

    def submit(self, order: Order) -> Flow[JobRef]:
        """Start the job. Repeating it is harmless: the folder is named by the correlation id."""
        request = _request(order)
        home = yield from run_blocking(partial(self._desk.submit, request))
        return _ref(order, home)

    def find(self, order: Order) -> Flow[JobRef | None]:
        """The job of an order, by the folder's name."""
        home = yield from run_blocking(partial(self._desk.find, order.correlation))
        return None if home is None else _ref(order, home)

    def check(self, job: JobRef) -> Flow[JobStatus]:
        """How the job is."""
        found = yield from run_blocking(partial(self._desk.status, _home(job), job.vendor_id))
        return normalize.status(found)

    def check_many(self, jobs: Sequence[JobRef]) -> Flow[Mapping[str, JobStatus]]:
        """How each of the jobs is, of those that exist."""
        wanted = [(_home(job), job.vendor_id) for job in jobs]
        found = yield from run_blocking(partial(self._desk.statuses, wanted))
        return {job: normalize.status(status) for job, status in found.items()}

    def fetch(self, job: JobRef, order: Order) -> Flow[RawResult]:
        """Every raw part that exists."""
        contents = yield from run_blocking(partial(self._desk.parts, _home(job), job.vendor_id))
        parts = {
            name: RawPart(name, content, normalize.media_type(name))
            for name, content in contents.items()
        }
        return RawResult(self.name, parts)

    def normalize(self, raw: RawResult) -> Result:
        """The parts of one file in neutral words."""
        return normalize.result(raw, adapter_version=self.version)

    def normalize_batch(self, raw: RawResult) -> BatchResult:
        """The parts of a batch in neutral words."""
        return normalize.batch(raw, adapter_version=self.version)

    def cancel(self, job: JobRef) -> Flow[None]:
        """Stop the job; what it has found so far can be fetched."""
        yield from run_blocking(partial(self._desk.cancel, _home(job), job.vendor_id))

    def delete(self, job: JobRef) -> Flow[None]:
        """Remove the job's folder."""
        yield from run_blocking(partial(self._desk.delete, _home(job), job.vendor_id))


def _request(order: Order) -> Request:
    media = order.media
    if isinstance(media, ImageBatch):
        items = tuple(_item(image.media, image.external_id) for image in media.images)
    else:
        items = (_item(media, None),)
    return Request(
        correlation=order.correlation,
        items=items,
        batch=isinstance(media, ImageBatch),
        features=normalize.engine_features(order.features or normalize.DEFAULT_FEATURES),
        language=order.language,
    )


def _item(media: UrlMedia | FileMedia | BytesMedia, external_id: str | None) -> WorkItem:
    if not isinstance(media, FileMedia):
        raise InvalidMedia(
            f"analyses local files only, and {media.description} is none; "
            "save it to a file first and pass its path.",
            provider=LocalProvider.name,
            operation="submit",
        )
    return WorkItem(media.path, media.file_name, external_id)


def _ref(order: Order, home: str) -> JobRef:
    return JobRef(provider=LocalProvider.name, vendor_id=order.correlation, data={"home": home})


def _home(job: JobRef) -> str | None:
    home = job.data.get("home")
    return home if isinstance(home, str) else None
