"""Where a vendor is to call: one public base, the provider, and the job's own opaque id."""

from __future__ import annotations

from secrets import token_hex
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from vidiom.errors import ConfigurationError, UsageError
from vidiom.provider.contract import Provider
from vidiom.schema.orders import Callback

__all__ = ["callback_for", "checked_base"]


def checked_base(url: str) -> str:
    """The public URL of our receiver, without a slash at its end.

    Raises:
        ConfigurationError: It is no http(s) URL, or holds more than host and path.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        bare = not (parts.query or parts.fragment or parts.username or parts.password)
    except ValueError:
        usable = bare = False
    if not (usable and bare):
        raise ConfigurationError(
            "VIDIOM_CALLBACK_URL must be an http or https URL without a query or password, such as "
            "https://me.example/webhooks."
        )
    return url.rstrip("/")


def callback_for(
    provider: Provider, given: str | None, *, base: str | None, job_id: str
) -> Callback | None:
    """What the order of a job says about webhooks.

    The id in the path is no secret: it finds the job, and its secret where it has one, before the
    body may be believed. The secret of a job is a fresh one, kept with the job before it is sent.

    Raises:
        UsageError: A callback was asked for by name, and this vendor cannot be told one.
    """
    form = provider.callback_form()
    if given == "" or (given is None and (base is None or form == "none")):
        return None
    if form == "none":
        raise UsageError(
            "sends no webhooks; leave the callback out and wait for the job.",
            provider=provider.name,
        )
    url = f"{base}/{quote(provider.name)}/{job_id}" if given is None else given
    if urlsplit(url).scheme not in ("http", "https"):
        raise UsageError("a callback is an http or https URL.", provider=provider.name)
    secret = SecretStr(token_hex(32)) if form == "url_and_secret" else None
    return Callback(url=url.replace("{id}", job_id), secret=secret)
