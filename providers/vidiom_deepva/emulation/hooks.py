"""Subscriptions of the ``/webhooks`` resource (…/core-resources/webhook)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from vidiom.emulation.identifiers import Identifiers
from vidiom.emulation.refusal import Json
from vidiom_deepva.emulation.call import Answer, Call
from vidiom_deepva.emulation.moments import stamp
from vidiom_deepva.emulation.refusal import wrong
from vidiom_deepva.emulation.shelf import Shelf

__all__ = ["EVENTS", "Hooks", "Subscription"]

EVENTS: Final = frozenset(
    {
        "deepva.transcript.on_created",
        "deepva.transcript.variant.version.on_created",
        "deepva.transcript.variant.version.paragraph.on_updated",
        "deepva.export.on_started",
        "deepva.export.on_completed",
    }
)
"""As far as the documentation was seen."""


@dataclass
class Subscription:
    """One event, and where it is told."""

    id: str
    owner: int
    event: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    description: str
    created: datetime

    def written(self) -> Json:
        """As it stands in an answer, with its secret, as the vendor's sample has it."""
        return {
            "id": self.id,
            "event": self.event,
            "url": self.url,
            "hmac_secret": self.secret,
            "description": self.description,
            "time_created": stamp(self.created),
            "exp_backoff": False,
            "retry_limit": 0,
        }


class Hooks:
    """All subscriptions of all customers."""

    def __init__(self, identifiers: Identifiers, now: Callable[[], datetime]) -> None:
        """None yet."""
        self._ids = identifiers
        self._now = now
        self._shelf: Shelf[Subscription] = Shelf()

    def to(self, owner: int, event: str) -> Iterator[Subscription]:
        """Who is to be told of an event."""
        return (one for one in self._shelf.of(owner) if one.event == event)

    def listed(self, call: Call) -> list[Json]:
        """All."""
        return [one.written() for one in self._shelf.of(call.owner)]

    def create(self, call: Call) -> Answer:
        """One event and one URL."""
        made = Subscription(
            self._ids.uuid(),
            call.owner,
            _event(call.text("event")),
            _url(call.text("url")),
            call.text("hmac_secret", ""),
            call.text("description", ""),
            self._now(),
        )
        return Answer(self._shelf.add(made).written(), 201)

    def _find(self, call: Call) -> Subscription:
        return self._shelf.find(call.owner, call.names["webhook"])

    def read(self, call: Call) -> Json:
        """One."""
        return self._find(call).written()

    def update(self, call: Call) -> Json:
        """``PUT`` and ``PATCH``; what is not in the body stays."""
        found = self._find(call)
        event = _event(call.text("event", found.event))
        url = _url(call.text("url", found.url))
        secret = call.text("hmac_secret", found.secret)
        description = call.text("description", found.description)
        found.event, found.url, found.secret = event, url, secret
        found.description = description
        return found.written()

    def delete(self, call: Call) -> Answer:
        """Nobody is told any more."""
        self._shelf.remove(call.owner, call.names["webhook"])
        return Answer(None, 204)


def _event(name: str) -> str:
    if name not in EVENTS:
        raise wrong("event", f'"{name}" is not a valid choice.')
    return name


def _url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise wrong("url", "Enter a valid URL.")
    return url
