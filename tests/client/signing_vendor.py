"""A vendor that signs its webhooks, and a client that receives them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import ClassVar

from pydantic import SecretStr
from tests.client.fake_vendor import Fake, FakeRegistry, Vendor

import vidiom
from vidiom.errors import UnreadableDelivery
from vidiom.flow.effects import Flow
from vidiom.jobs.records import StoredJob
from vidiom.jobs.store import JobStore
from vidiom.provider.contract import CallbackForm
from vidiom.schema.jobs import JobRef, JobState, JobStatus, JobUpdate
from vidiom.schema.media import UrlMedia
from vidiom.schema.orders import Callback, Order
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import SignatureScheme, Unsigned
from vidiom.webhooks.signing import Stamp, signed_headers

SECRET = "secret-of-the-account-0123456789"  # noqa: S105 - made up
OWN_SECRET = "secret-of-the-job-0123456789abcdef"  # noqa: S105
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SCHEME = SignatureScheme(header="X-Signature")
WORDS = {"queued": "queued", "running": "running", "done": "succeeded", "failed": "failed"}


class Signing(Fake):
    """Signs, and delivers ``{"job", "tag", "status", "result"}``."""

    signature: ClassVar[SignatureScheme | Unsigned] = SCHEME
    form: ClassVar[CallbackForm] = "url"

    def read_delivery(self, delivery: Delivery) -> JobUpdate:
        """What the body says."""
        try:
            said = json.loads(delivery.body)
            word = said["status"]
        except (ValueError, KeyError, TypeError):
            raise UnreadableDelivery("no status.", provider="fake") from None
        state = JobState(WORDS[word]) if word in WORDS else None
        return JobUpdate(
            vendor_id=said.get("job"),
            status=JobStatus(state=state, vendor_state=word) if state is not None else None,
            event=word,
            verified=True,  # what an adapter claims does not count
            has_result="result" in said,
            correlation=said.get("tag"),
            part="core",
        )

    def callback_form(self) -> CallbackForm:
        """As the test wants it."""
        return self.form

    def reference(self, order: Order, vendor_id: str) -> JobRef:
        """With something that only the order tells."""
        return JobRef(provider="fake", vendor_id=vendor_id, data={"sort": order.media.type})

    def check(self, job: JobRef) -> Flow[JobStatus]:
        """As the vendor says."""
        return (yield from super().check(job))


def signing_kind(vendor: Vendor, **changes: object) -> type[Signing]:
    """The adapter of a vendor."""
    return type("BoundSigning", (Signing,), {"vendor": vendor, **changes})


def stored_job(
    store: JobStore,
    job_id: str = "job-1",
    *,
    vendor_id: str | None = "v1",
    own_secret: bool = False,
    state: JobState = JobState.SUBMITTING,
) -> StoredJob:
    """A job that was submitted with a callback; without a vendor id, its answer has not come."""
    order = Order(
        correlation=job_id,
        media=UrlMedia(url="https://media.example/clip.mp4"),
        callback=Callback(
            url=f"https://me.example/fake/{job_id}",
            secret=SecretStr(OWN_SECRET) if own_secret else None,
        ),
    )
    record = StoredJob.intended(order, provider="fake", account=None, at=NOW)
    record = record.moved(state, at=NOW)
    if vendor_id is not None:
        record = record.bound(JobRef(provider="fake", vendor_id=vendor_id), at=NOW)
    store.add(record)
    return record


def delivered(  # noqa: PLR0913 - each is what a test may want to be otherwise
    status: str = "done",
    *,
    job: str | None = "v1",
    at: str | None = "job-1",
    secret: str | None = SECRET,
    body: bytes | None = None,
    scheme: SignatureScheme = SCHEME,
    stamp: Stamp | None = None,
    **members: object,
) -> Delivery:
    """A delivery as the vendor sends it."""
    said = {"status": status, **({"job": job} if job else {}), **members}
    raw = json.dumps(said).encode() if body is None else body
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    if secret is not None:
        headers += signed_headers(scheme, raw, secret, stamp or Stamp(NOW))
    return Delivery(headers, raw, NOW, at, "fake")


@contextmanager
def client_of(store: JobStore, kind: type[Signing], **settings: str) -> Iterator[vidiom.Client]:
    """A sync client that knows the vendor."""
    environment = {
        "VIDIOM_FAKE_WEBHOOK_SECRET": SECRET,
        "VIDIOM_FAKE_SETTLE_SECONDS": "0",
        "VIDIOM_FAKE_POLL_SECONDS": "0.01",
        **{f"VIDIOM_FAKE_{name.upper()}": value for name, value in settings.items()},
    }
    with vidiom.Client(store=store, registry=FakeRegistry(kind), environment=environment) as client:
        yield client
