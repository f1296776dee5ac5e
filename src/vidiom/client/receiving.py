"""Receiving a webhook: verified, read, claimed, kept, and whoever waits is woken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Self

from vidiom.client.addressing import Addressee, Addressing
from vidiom.errors import DeliveryStale, DeliveryUnsupported, UnreadableDelivery
from vidiom.flow.effects import Flow, now, run_blocking
from vidiom.jobs.deliveries import Claim, DeliveryKey, disputes
from vidiom.jobs.records import StoredAnswer, StoredJob
from vidiom.jobs.store import JobStore
from vidiom.jobs.waking import wake
from vidiom.provider.contract import Provider
from vidiom.provider.updates import proven, read_update
from vidiom.schema.jobs import JobStatus, JobUpdate
from vidiom.schema.provenance import RawPartInfo
from vidiom.schema.received import DeliveryOutcome, Received
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import SignatureScheme
from vidiom.webhooks.verification import Receipt

__all__ = ["DeliveryRules", "Receiving"]

_NOT_AT_ALL: Final = timedelta(0)
_HINT: Final = 64 * 1024
"""Bytes of an unsigned delivery that are read at most: it only says whom to ask about."""


@dataclass(frozen=True)
class DeliveryRules:
    """What of a provider's settings a receiver needs before it reads a body."""

    max_bytes: int
    signature_header: str | None
    """The header without which a delivery need not be read; ``None`` where there may be none."""
    statuses: Mapping[str, int]
    """Statuses to answer with in the place of the usual ones."""

    @classmethod
    def of(cls, provider: Provider) -> Self:
        """The rules of a provider. What cannot be the result is not allowed to be long."""
        settings = provider.settings
        scheme = provider.signature_scheme()
        signed = isinstance(scheme, SignatureScheme)
        return cls(
            settings.max_delivery_bytes if signed else min(_HINT, settings.max_delivery_bytes),
            scheme.header
            if isinstance(scheme, SignatureScheme) and not settings.allow_unsigned_deliveries
            else None,
            settings.delivery_statuses,
        )


@dataclass(frozen=True)
class _Believed:
    """A delivery that was verified, and the job that it is about."""

    provider: Provider
    account: str | None
    delivery: Delivery
    receipt: Receipt
    update: JobUpdate
    status: JobStatus
    at: datetime

    def key(self, job_id: str) -> DeliveryKey:
        """What makes another delivery the same as this one: nothing that a stranger can change."""
        if self.receipt.identifier is not None:
            text = f"id:{sha256(self.receipt.identifier.encode()).hexdigest()}"
        elif self.status.state.terminal:
            text = f"end:{self.status.state.value}"
        else:
            text = f"body:{self.delivery.body_sha256}"
        scheme = self.provider.signature_scheme()
        rule = scheme.nonce if isinstance(scheme, SignatureScheme) else None
        if rule is None or rule.order != "strict" or self.receipt.nonce is None:
            return DeliveryKey(job_id, text)
        scope = f"{self.provider.name}/{self.account or ''}"
        return DeliveryKey(job_id, text, scope, int(self.receipt.nonce * 1_000_000))

    def applied(self, record: StoredJob, answer: StoredAnswer | None) -> StoredJob:
        """The job after this news; the same when it is no news any more."""
        vendor_id = self.update.vendor_id
        if record.ref is None and vendor_id is not None:
            ref = self.provider.reference(record.order, vendor_id)
            ref = ref.model_copy(update={"account": record.job.account})
            record = record.bound(ref, at=self.at)
        record = record.moved(self.status.state, at=self.at, status=self.status)
        if answer is None or record.answer is not None or not record.job.state.has_result:
            return record
        return record.with_changes(answer=answer)


@dataclass(frozen=True)
class Receiving:
    """What a receiver does with a delivery before it answers. No vendor is asked here."""

    store: JobStore
    addressing: Addressing

    def receive(self, delivery: Delivery) -> Flow[Received]:
        """Verify, read, claim, keep, wake.

        Raises:
            WebhookError: It is refused, and nothing was written.
            StoreError: It could not be kept; the vendor should send it again.
        """
        moment = yield from now()
        # Hashing a large body, parsing and writing: all of it may block.
        return (yield from run_blocking(lambda: self._received(delivery, moment)))

    def _received(self, delivery: Delivery, at: datetime) -> Received:
        addressee = self.addressing.addressee(delivery)
        provider = addressee.provider
        receipt = proven(
            provider,
            delivery,
            addressee.secrets,
            allow_unsigned=provider.settings.allow_unsigned_deliveries,
        )
        _refuse_other_types(provider, delivery)
        update = read_update(provider, delivery, receipt)
        record = self.addressing.named(addressee, update)
        if record is None:
            _refuse_another_job(addressee, update)
        if record is None or update.status is None:
            return Received(outcome=DeliveryOutcome.IGNORED, update=update, secret=receipt.secret)
        news = _Believed(provider, record.job.account, delivery, receipt, update, update.status, at)
        if not update.verified or provider.settings.confirm_deliveries:
            return self._hinted(record, news)
        return self._kept(record, news)

    def _hinted(self, record: StoredJob, news: _Believed) -> Received:
        """The vendor is to be asked, not more often than its interval allows."""
        outcome = DeliveryOutcome.HINT
        conflict = news.update.verified and disputes(record, news.status)
        if record.job.done and not conflict:
            outcome = DeliveryOutcome.DUPLICATE
        else:
            interval = timedelta(seconds=news.provider.settings.hint_seconds)
            disputed = news.status.state if conflict else None
            self.store.deliveries.want_poll(
                record.job.id, at=news.at, interval=interval, conflict=disputed
            )
            wake(record.job.id)
        return _told(outcome, news, record, conflict=conflict)

    def _kept(self, record: StoredJob, news: _Believed) -> Received:
        """Claim, keep, finish: whoever dies in between is repeated, and changes nothing twice."""
        job_id = record.job.id
        key = news.key(job_id)
        claim = self.store.deliveries.claim(key, at=news.at)
        if claim is Claim.DUPLICATE:
            return _told(DeliveryOutcome.DUPLICATE, news, record)
        if claim is Claim.OLD:
            raise DeliveryStale(
                "its nonce is not newer than one that was accepted before.",
                provider=news.provider.name,
                operation="receive",
            )
        answer = self._archived(news) if news.update.has_result else None
        record = self.store.update(job_id, lambda kept: news.applied(kept, answer))
        conflict = disputes(record, news.status)
        if conflict:
            self.store.deliveries.want_poll(
                job_id, at=news.at, interval=_NOT_AT_ALL, conflict=news.status.state
            )
        first = self.store.deliveries.finish(key)
        wake(job_id)
        outcome = DeliveryOutcome.PROCESSED if first else DeliveryOutcome.DUPLICATE
        return _told(outcome, news, record, conflict=conflict)

    def _archived(self, news: _Believed) -> StoredAnswer | None:
        """The body as the answer, where it is the whole of it."""
        if not news.status.state.has_result:
            return None
        body = news.delivery.body
        part = RawPartInfo(
            name=news.update.part,
            sha256=self.store.archive.put(body),
            size=len(body),
            media_type=_content_type(news.delivery) or None,
        )
        return StoredAnswer(parts=(part,), fetched_at=news.at)


def _told(
    outcome: DeliveryOutcome, news: _Believed, record: StoredJob, *, conflict: bool = False
) -> Received:
    return Received(
        outcome=outcome,
        update=news.update,
        job=record.job,
        secret=news.receipt.secret,
        conflict=conflict,
    )


def _refuse_another_job(addressee: Addressee, update: JobUpdate) -> None:
    if addressee.record is not None and update.verified:
        raise UnreadableDelivery(
            "it is about another job than the one that its address belongs to.",
            provider=addressee.provider.name,
            operation="receive",
        )


def _refuse_other_types(provider: Provider, delivery: Delivery) -> None:
    """After the signature was verified: a stranger learns nothing of what is taken."""
    taken = provider.settings.delivery_types
    if taken and _content_type(delivery) not in taken:
        raise DeliveryUnsupported(
            f"its content type is not one of: {', '.join(taken)}.",
            provider=provider.name,
            operation="receive",
        )


def _content_type(delivery: Delivery) -> str:
    """Without its parameters; empty when there is none, or several that differ."""
    values = {value.partition(";")[0].strip().lower() for value in delivery.header("content-type")}
    return values.pop() if len(values) == 1 else ""
