"""Requests of the API: where they go, what carries the key, and which answers mean "not yet"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from pydantic import SecretStr

from vidiom.errors import MalformedAnswer
from vidiom.flow.body import Body
from vidiom.flow.effects import Answer, Flow, Send
from vidiom.provider import JsonApi, decode
from vidiom.schema.latency import MediaType
from vidiom_generic import wire
from vidiom_generic.reasons import said
from vidiom_generic.settings import GenericSettings

__all__ = ["Calls", "Ticket", "is_pending"]

_ACCEPTED: Final = 202
_NO_CONTENT: Final = 204


@dataclass(frozen=True)
class Ticket:
    """What a submission is answered with."""

    job_id: str
    poll: str | None
    """Where ``Location`` leads, if the key may go there."""


@dataclass(frozen=True)
class Calls:
    """The API of these settings, with an account's key."""

    settings: GenericSettings
    api: JsonApi

    @classmethod
    def of(cls, settings: GenericSettings) -> Calls:
        """The API.

        Raises:
            ConfigurationError: Address or key are not set.
        """
        base_url = settings.required_base_url()
        key = f"{settings.key_prefix} {settings.required_key('generic')}".lstrip()
        return cls(settings, _api(base_url, settings, key))

    def submit(
        self, kind: MediaType, body: Body, headers: Mapping[str, str], secret: SecretStr | None
    ) -> Flow[Ticket]:
        """Create a job. Never repeated: the API has no key to make that safe."""
        path = self.settings.video_path if kind == "video" else self.settings.image_path
        url, query = self._address(path, {})
        api = self.api if secret is None else replace(self.api, message=_Words(secret))
        request = Send(
            "POST",
            url,
            query=(*self.api.query, *query),
            headers=(*self.api.headers, *headers.items()),
            body=body,
        )
        answer = yield from api.exchange(request, "submit")
        return self._ticket(answer, url)

    def ask(self, kind: MediaType, job_id: str, poll: str | None, operation: str) -> Flow[Answer]:
        """The answer to the question for a job, whatever its state."""
        request = self._question(kind, job_id, poll)
        return (yield from self.api.exchange(request, operation))

    def save(self, kind: MediaType, job_id: str, poll: str | None, part: str) -> Flow[Answer]:
        """The same, streamed to the archive as a raw part."""
        request = replace(self._question(kind, job_id, poll), save_as=part)
        return (yield from self.api.exchange(request, "fetch"))

    def latency(self, media_type: MediaType, operation: str) -> Flow[wire.LatencyAnswer]:
        """What the vendor says of how long it takes at present."""
        url, query = self._address(self.settings.latency_path, {"media_type": media_type})
        request = Send(
            "GET",
            url,
            query=(*self.api.query, *query),
            headers=self.api.headers,
            repeatable=True,
        )
        answer = yield from self.api.exchange(request, operation)
        return decode(answer.body, wire.LatencyAnswer, provider="generic", operation=operation)

    def _question(self, kind: MediaType, job_id: str, poll: str | None) -> Send:
        # The stored address was trusted when it was stored, perhaps by other settings.
        trusted = self._trusted(poll) if poll is not None else None
        if trusted is not None:
            # Apart, so that it gets into no log: it may be what gives access.
            url, _, parameters = trusted.partition("?")
            query = tuple(parse_qsl(parameters.partition("#")[0], keep_blank_values=True))
        else:
            own = self.settings
            path = own.video_result_path if kind == "video" else own.image_result_path
            url, query = self._address(path, {"job_id": job_id})
        return Send(
            "GET",
            url,
            query=(*self.api.query, *query),
            headers=self.api.headers,
            repeatable=True,
        )

    def _ticket(self, answer: Answer, requested: str) -> Ticket:
        body = answer.body.strip()
        accepted = (
            decode(body, wire.Submitted, provider="generic", operation="submit")
            if body
            else wire.Submitted()
        )
        location = answer.headers.get("location", "").strip()
        absolute = _absolute(requested, location) if location else None
        poll = self._trusted(absolute) if absolute is not None else None
        job_id = accepted.job_id or (_last_step(poll) if poll is not None else None)
        if not job_id:
            elsewhere = ", and its Location leads to another host" if location and not poll else ""
            raise MalformedAnswer(
                f"the answer names no job: it has no 'job_id'{elsewhere}. The job may exist: look "
                "at the vendor before you submit it again.",
                provider="generic",
                operation="submit",
            )
        return Ticket(job_id, poll if self.settings.poll_address == "location" else None)

    def _trusted(self, url: str) -> str | None:
        """The address, if the key may be sent there."""
        for origin in (self.api.base_url, *self.settings.trusted_origins):
            found = replace(self.api, base_url=origin).same_origin(url)
            if found is not None:
                return found
        return None

    def _address(
        self, template: str, values: Mapping[str, str]
    ) -> tuple[str, tuple[tuple[str, str], ...]]:
        """URL and parameters of a path, which may hold a query."""
        path, _, query = template.partition("?")
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", JsonApi.segment(value))
        parameters = parse_qsl(query, keep_blank_values=True)
        filled = [(name, _filled(text, values)) for name, text in parameters]
        return self.api.url(path), tuple(filled)


def _absolute(requested: str, location: str) -> str | None:
    try:
        return urljoin(requested, location)
    except ValueError:  # a bracket without its partner
        return None


def is_pending(status: int, content: bytes | memoryview) -> bool:
    """Whether an answer says "not yet" by its status alone: nothing stands in it."""
    return status in (_ACCEPTED, _NO_CONTENT) and not bytes(content[:64]).strip()


def _api(base_url: str, settings: GenericSettings, key: str) -> JsonApi:
    name = settings.key_name
    header = {"header": (name, key), "cookie": ("Cookie", f"{name}={key}")}
    carried = header.get(settings.key_in)
    return JsonApi(
        "generic",
        base_url,
        headers=(carried,) if carried is not None else (),
        query=((name, key),) if settings.key_in == "query" else (),
        message=said,
    )


@dataclass(frozen=True)
class _Words:
    """The vendor's words, in which a webhook's secret may be repeated."""

    secret: SecretStr

    def __call__(self, body: bytes) -> str | None:
        words = said(body)
        return words.replace(self.secret.get_secret_value(), "…") if words else None


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _last_step(url: str) -> str | None:
    """What a ``Location`` calls the job."""
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]) or None
