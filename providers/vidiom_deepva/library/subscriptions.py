"""The ``/webhooks`` resource: subscriptions of an account to events besides those of jobs."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from vidiom.flow.effects import Flow
from vidiom_deepva.library.resources import Discreet, Resource
from vidiom_deepva.paging import Pages

__all__ = ["Subscription", "Subscriptions"]


# https://docs.deepva.com/core-resources/webhook
class Subscription(Discreet, gc=False):
    """One event, sent to one URL."""

    id: str | None = None
    event: str | None = None
    """Such as ``deepva.transcript.on_created``; no events of jobs are known here."""
    url: str | None = None
    hmac_secret: str | None = None
    """What its deliveries are signed with; in no ``repr``."""
    description: str | None = None
    time_created: str | None = None
    exp_backoff: bool | None = None
    """Not used by the vendor."""
    retry_limit: int | None = None
    """Not used by the vendor."""


@dataclass(frozen=True)
class Subscriptions:
    """The subscriptions of an account."""

    pages: Pages

    def list(self) -> Flow[tuple[Subscription, ...]]:
        """All of them."""
        return (yield from self._all.list())

    def get(self, subscription_id: str) -> Flow[Subscription]:
        """One of them."""
        return (yield from self._all.get(subscription_id))

    def create(
        self, event: str, url: str, *, secret: SecretStr, description: str = ""
    ) -> Flow[Subscription]:
        """A new one. Give it a secret, or nobody can tell its deliveries from forged ones."""
        values = {
            "event": event,
            "url": url,
            "hmac_secret": secret.get_secret_value(),
            "description": description,
        }
        return (yield from self._all.create(values))

    def update(
        self,
        subscription_id: str,
        *,
        event: str | None = None,
        url: str | None = None,
        secret: SecretStr | None = None,
        description: str | None = None,
    ) -> Flow[Subscription]:
        """Other values for what is named."""
        values = {
            "event": event,
            "url": url,
            "hmac_secret": None if secret is None else secret.get_secret_value(),
            "description": description,
        }
        changed = {name: value for name, value in values.items() if value is not None}
        return (yield from self._all.change(subscription_id, changed))

    def delete(self, subscription_id: str) -> Flow[None]:
        """Delete one."""
        yield from self._all.delete(subscription_id)

    @property
    def _all(self) -> Resource[Subscription]:
        return Resource(self.pages, ("webhooks",), Subscription)
