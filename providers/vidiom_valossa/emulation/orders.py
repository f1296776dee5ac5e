"""What ``new_job`` is asked for, checked as far as the documentation goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from vidiom.emulation.refusal import Json, Refusal
from vidiom_valossa.emulation.refusal import invalid, missing, value_at

__all__ = ["NewJob", "new_job"]

# https://docs.valossa.com/api-reference/new-job
_SCHEMES: Final = frozenset({"http", "https", "s3", "valossaupload"})
_GROUP: Final = "users_with_access_to_api_key_results"
_TEXTS: Final = (
    "media.transcript.url",
    "media.title",
    "media.description",
    "media.language",
    "media.customer_media_info.id",
    "callback.url",
    "email_notification.to_group",
)
_OBJECTS: Final = ("media", "analysis_parameters", "callback", "email_notification")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""The list of languages is in no source; this is the form that all known codes have."""


@dataclass(frozen=True)
class NewJob:
    """A request that was accepted."""

    video: str
    media: Json
    """The echo that stands in the results."""
    parameters: Json | None
    customer_media_id: str | None
    callback: str | None

    def written(self) -> Json:
        """``job_info.request``."""
        echo: Json = {"media": self.media}
        return echo if self.parameters is None else {**echo, "analysis_parameters": self.parameters}


def new_job(body: Mapping[str, object], *, allow_files: bool) -> NewJob:
    """The request of a JSON body.

    Raises:
        Refusal: Something is missing or cannot be; every such field is named.
    """
    video = value_at(body, "media.video.url")
    if video is None:
        raise missing("media.video.url")
    wrong = [*_wrong(body)]
    if not _is_url(video, _SCHEMES | ({"file"} if allow_files else set())):
        wrong.insert(0, "media.video.url")
    if wrong:
        raise _refusal(wrong)
    parameters = body.get("analysis_parameters")
    return NewJob(
        video=str(video),
        media=_echo(body),
        parameters=dict(parameters) if isinstance(parameters, Mapping) else None,
        customer_media_id=_text(body, "media.customer_media_info.id"),
        callback=_text(body, "callback.url"),
    )


def _refusal(wrong: list[str]) -> Refusal:
    return invalid(*dict.fromkeys(wrong))


def _wrong(body: Mapping[str, object]) -> list[str]:
    wrong = [name for name in _OBJECTS if not isinstance(body.get(name, {}), Mapping)]
    values = {path: value_at(body, path) for path in _TEXTS}
    wrong += [p for p, value in values.items() if value is not None and not isinstance(value, str)]
    if not _is_url(values["media.transcript.url"] or "https://x", _SCHEMES):
        wrong.append("media.transcript.url")
    if not _is_url(values["callback.url"] or "https://x", frozenset({"http", "https"})):
        wrong.append("callback.url")
    if values["email_notification.to_group"] not in {None, _GROUP}:
        wrong.append("email_notification.to_group")
    if not _LANGUAGE.fullmatch(str(values["media.language"] or "en-US")):
        wrong.append("media.language")
    return wrong + _wrong_parameters(body)


def _wrong_parameters(body: Mapping[str, object]) -> list[str]:
    wrong: list[str] = []
    height = value_at(body, "analysis_parameters.face_min_relative_height")
    if height is not None and not _is_share(height):
        wrong.append("analysis_parameters.face_min_relative_height")
    gallery = value_at(body, "analysis_parameters.face_galleries.custom_gallery.id")
    if gallery is not None and not _is_uuid(gallery):
        wrong.append("analysis_parameters.face_galleries.custom_gallery.id")
    return wrong


def _is_share(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


def _is_uuid(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return isinstance(value, str)


def _is_url(value: object, schemes: frozenset[str]) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme.lower() in schemes and bool(parts.netloc or parts.scheme == "file")


def _text(body: Mapping[str, object], path: str) -> str | None:
    value = value_at(body, path)
    return value if isinstance(value, str) else None


def _echo(body: Mapping[str, object]) -> Json:
    """``job_info.request.media``: nothing given is ``null``, and the language has a default."""
    return {
        "video": {"url": value_at(body, "media.video.url")},
        "transcript": {"url": _text(body, "media.transcript.url")},
        "description": _text(body, "media.description"),
        "language": _text(body, "media.language") or "en-US",
        "title": _text(body, "media.title"),
    }
