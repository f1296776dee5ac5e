"""What may be said about a job at Valossa besides what every order has."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vidiom.provider import ProviderOptions
from vidiom.schema.orders import Order

__all__ = ["ValossaOptions", "new_job"]


# https://docs.valossa.com/api-reference/new-job
class ValossaOptions(ProviderOptions):
    """What ``new_job`` takes besides.

    Title, language and callback are those of the order; its correlation id travels as
    ``customer_media_info.id``.
    """

    description: str | None = None
    """Free English text; keywords are found in it, too."""
    transcript_url: str | None = None
    """Direct link to an SRT file, which then takes the place of speech recognition."""
    face_gallery_id: str | None = None
    """The gallery to recognise faces with; left out, the account's default one."""
    face_min_relative_height: Annotated[float, Field(ge=0, le=1)] | None = None
    """Smallest face to look for, as a share of the frame's height."""
    email_group: Literal["users_with_access_to_api_key_results"] | None = None
    """Whom the vendor tells by e-mail when the job has ended."""


def new_job(order: Order, url: str) -> dict[str, object]:
    """The body of ``new_job``, less the key: only what was said."""
    said = ValossaOptions.model_validate(order.options)
    media: dict[str, object] = {
        "video": {"url": url},
        "title": order.title,
        "description": said.description,
        "language": order.language,
        "transcript": _object(url=said.transcript_url),
        "customer_media_info": {"id": order.correlation},
    }
    gallery = _object(id=said.face_gallery_id)
    return _without_none(
        {
            "media": _without_none(media),
            "analysis_parameters": _object(
                face_min_relative_height=said.face_min_relative_height,
                face_galleries=_object(custom_gallery=gallery),
            ),
            "email_notification": _object(to_group=said.email_group),
            "callback": _object(url=order.callback.url if order.callback is not None else None),
        }
    )


def _object(**members: object) -> dict[str, object] | None:
    """An object of the members that there are; ``None`` when there is none."""
    return _without_none(members) or None


def _without_none(members: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}
