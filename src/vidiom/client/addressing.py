"""Whose delivery it is: the provider, the job, and the secrets that it may be signed with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from vidiom.client.configuration import ProviderName
from vidiom.errors import (
    ConfigurationError,
    UnknownDelivery,
    UnknownJob,
    UnknownProvider,
    WebhookNotConfigured,
)
from vidiom.jobs.records import StoredJob
from vidiom.jobs.store import JobStore
from vidiom.provider.capabilities import supports
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobUpdate
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.messages import Secret
from vidiom.webhooks.scheme import SignatureScheme

__all__ = ["Addressee", "Addressing", "ProviderOf"]

ProviderOf: TypeAlias = Callable[[str, str | None], Provider]
"""The provider of a name and an account; it may block."""


@dataclass(frozen=True)
class Addressee:
    """What the address of a delivery says, before anything of its content counts."""

    provider: Provider
    account: str | None
    record: StoredJob | None
    """The job that the opaque id belongs to."""
    astray: bool = False
    """Whether the opaque id belongs to nothing here."""

    @property
    def secrets(self) -> Sequence[Secret]:
        """The job's own secret alone where it has one, else those of the account."""
        callback = self.record.order.callback if self.record is not None else None
        if callback is not None and callback.secret is not None:
            return (callback.secret,)
        return self.provider.settings.webhook_secrets


@dataclass(frozen=True)
class Addressing:
    """Finds it out in the store; blocks."""

    store: JobStore
    provider_of: ProviderOf

    def addressee(self, delivery: Delivery) -> Addressee:
        """What the address says.

        Raises:
            UnknownDelivery: It belongs to no provider here, or to no job where one is needed.
            WebhookNotConfigured: The provider's settings are wrong.
        """
        record = self._job(delivery.callback_id)
        name = ProviderName.parse(delivery.provider) if delivery.provider else None
        if record is not None:
            if name is not None and name.provider != record.job.provider:
                raise _nobodys("is of another provider than the job that it names")
            name = ProviderName(record.job.provider, record.job.account)
        if name is None:
            raise _nobodys("names neither a provider nor a job")
        provider = self.provider(name)
        astray = record is None and delivery.callback_id is not None
        found = Addressee(provider, name.account, record, astray)
        if record is None and not found.secrets and _has_own_secrets(provider):
            raise _nobodys("belongs to no job here, so that there is no secret to verify it with")
        return found

    def named(self, addressee: Addressee, update: JobUpdate) -> StoredJob | None:
        """The job that the content is about.

        ``None`` when it is not here, or is another one than that of the address. Believe it only
        as far as the delivery is verified.
        """
        record = addressee.record
        if record is None:
            if addressee.astray and not update.verified:
                return None  # a stranger can guess what it says more easily than where it goes
            name, account = addressee.provider.name, addressee.account
            job_id = update.correlation
            if update.vendor_id is not None:
                job_id = self.store.deliveries.job_of(name, account, update.vendor_id) or job_id
            record = self._job(job_id)
            if record is None or (record.job.provider, record.job.account) != (name, account):
                return None
        return record if self._fits(record, update) else None

    def _job(self, job_id: str | None) -> StoredJob | None:
        if job_id is None:
            return None
        try:
            return self.store.get(job_id)
        except UnknownJob:
            return None

    def provider(self, name: ProviderName) -> Provider:
        """A provider that sends webhooks.

        Raises:
            UnknownDelivery: There is none of this name.
            WebhookNotConfigured: Its settings are wrong.
        """
        try:
            provider = self.provider_of(name.provider, name.account)
        except UnknownProvider:
            raise _nobodys("names a provider that is not installed") from None
        except ConfigurationError as error:  # our fault: the vendor had better come again
            raise WebhookNotConfigured(
                error.message, provider=name.provider, operation="receive"
            ) from None
        if not supports(provider, "read_delivery"):
            raise _nobodys("names a provider that sends no webhooks")
        return provider

    def _fits(self, record: StoredJob, update: JobUpdate) -> bool:
        job = record.job
        if update.correlation is not None and update.correlation != job.id:
            return False
        if update.vendor_id is None or job.vendor_id is not None:
            return update.vendor_id in (None, job.vendor_id)
        # It overtook the submission's own answer; unless that id is another job's of ours.
        holder = self.store.deliveries.job_of(job.provider, job.account, update.vendor_id)
        return holder in (None, job.id)


def _has_own_secrets(provider: Provider) -> bool:
    signed = isinstance(provider.signature_scheme(), SignatureScheme)
    return signed and provider.callback_form() == "url_and_secret"


def _nobodys(why: str) -> UnknownDelivery:
    return UnknownDelivery(f"the address of the delivery {why}.", operation="receive")
