"""What a vendor is answered: a status for each outcome, and nothing that helps a stranger."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from vidiom.errors import StoreError, VidiomError, WebhookError
from vidiom.receiver.reading import NoRoom, Readable, read_limited, read_limited_file, refuse_unread
from vidiom.schema.received import Received
from vidiom.webhooks.delivery import Delivery

if TYPE_CHECKING:
    from vidiom.client.async_client import AsyncClient
    from vidiom.client.client import Client
    from vidiom.client.receiving import DeliveryRules
    from vidiom.webhooks.headers import HeadersInput

__all__ = ["Reply", "reply_to", "reply_to_error", "take", "take_async"]

_RETRY_AFTER: Final = "10"
_log = logging.getLogger("vidiom.receiver")


@dataclass(frozen=True)
class Reply:
    """An answer to a vendor's request."""

    status: int
    outcome: str
    """A word of :class:`vidiom.DeliveryOutcome`, or the name of an error's class."""
    received: Received | None = None

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers of the answer."""
        headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
        if self.status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers += (("Retry-After", _RETRY_AFTER),)
        return headers

    @property
    def body(self) -> bytes:
        """The body of the answer."""
        return json.dumps({"outcome": self.outcome}).encode()


def reply_to(received: Received, statuses: Mapping[str, int]) -> Reply:
    """The answer to a delivery that was accepted: 200, unless the vendor is to be told otherwise.

    A duplicate must not be refused: that would make the vendor send it again and again.
    """
    word = received.outcome.value
    return Reply(statuses.get(word, HTTPStatus.OK.value), word, received)


def reply_to_error(error: Exception, statuses: Mapping[str, int]) -> Reply:
    """The answer to a delivery that was refused, or could not be kept.

    A fault of the sender's is a 4xx. What is ours is a 5xx, so that the vendor tries again.
    """
    name = type(error).__name__
    if isinstance(error, WebhookError):
        status = error.suggested_status
    elif isinstance(error, (StoreError, NoRoom, OSError)):
        status = HTTPStatus.SERVICE_UNAVAILABLE.value
    else:
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value
        said = error.message if isinstance(error, VidiomError) else "an unexpected error"
        _log.error("a delivery could not be taken: %s: %s", name, said)
    return Reply(statuses.get(name, status), name)


def take(
    client: Client,
    *,
    headers: HeadersInput,
    body: bytes | Readable,
    provider: str,
    callback_id: str | None = None,
) -> Reply:
    """Receive a webhook in a handler of a web framework; every outcome is an answer.

    Args:
        client: The client, which may be shared by all handlers.
        headers: The request's headers, or its WSGI ``environ``.
        body: The raw body, or better the file to read it from: not more is read than is allowed.
        provider: The provider in the path of the URL.
        callback_id: The opaque id behind it.
    """
    rules: DeliveryRules | None = None
    try:
        rules = client.delivery_rules(provider)
        asked = _asked(headers, rules, provider, callback_id)
        content = body
        if not isinstance(content, bytes):
            length = next(asked.header("content-length"), None)
            content = read_limited_file(content, most=rules.max_bytes, declared=length)
        return reply_to(client.receive(replace(asked, body=content)), rules.statuses)
    except (VidiomError, OSError) as error:
        return reply_to_error(error, rules.statuses if rules is not None else {})


async def take_async(
    client: AsyncClient,
    *,
    headers: HeadersInput,
    body: bytes | AsyncIterable[bytes],
    provider: str,
    callback_id: str | None = None,
) -> Reply:
    """:func:`take` on an event loop; the body, or better the chunks in which it arrives."""
    rules: DeliveryRules | None = None
    try:
        rules = await client.delivery_rules(provider)
        asked = _asked(headers, rules, provider, callback_id)
        content = body
        if not isinstance(content, bytes):
            length = next(asked.header("content-length"), None)
            content = await read_limited(content, most=rules.max_bytes, declared=length)
        return reply_to(await client.receive(replace(asked, body=content)), rules.statuses)
    except (VidiomError, OSError) as error:
        return reply_to_error(error, rules.statuses if rules is not None else {})


def _asked(
    headers: HeadersInput, rules: DeliveryRules, provider: str, callback_id: str | None
) -> Delivery:
    """The delivery as far as it is known before its body is read."""
    delivery = Delivery.of(headers, b"", provider=provider, callback_id=callback_id)
    refuse_unread(delivery, rules)
    return delivery
