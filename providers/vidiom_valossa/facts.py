"""What an answer says of itself: the media, the request's echo, the versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vidiom.provider.frame_rates import exact_rate
from vidiom.provider.notes import Notes
from vidiom.schema.media import MediaFacts
from vidiom.schema.model import JsonObject, JsonValue
from vidiom.schema.provenance import NoticeCode, Provenance, Source
from vidiom_valossa import metadata

__all__ = ["media_facts", "note_version", "provenance"]

_EMPTY: Final = metadata.Technical()

# The newest format of each part that this adapter was written against; read by presence of fields
# all the same (https://docs.valossa.com/metadata/overview).
_KNOWN: Final[Mapping[str, tuple[int, int]]] = {
    "core": (1, 8),
    "frames_faces": (1, 0),
    "seconds_objects": (1, 0),
    "frames_objects": (1, 0),
    "visual_captions": (1, 2),
}


# https://docs.valossa.com/metadata/json-structure
def media_facts(header: metadata.Header) -> MediaFacts:
    """The media, as far as the vendor describes it."""
    info = header.media_info or metadata.MediaInfo()
    technical = info.technical or _EMPTY
    resolution = technical.resolution or metadata.Resolution()
    video, audio = technical.video_codec, technical.audio_codec
    length = technical.duration_s
    return MediaFacts(
        type="video",
        title=_title(header, info),
        duration=length if length is not None and length >= 0 else None,
        frame_rate=exact_rate(technical.fps),
        width=resolution.x_pixels,
        height=resolution.y_pixels,
        video_codec=video.name_short if video is not None else None,
        audio_codec=audio.name_short if audio is not None else None,
        audio_channels=technical.n_audio_channels,
    )


def _title(header: metadata.Header, info: metadata.MediaInfo) -> str | None:
    given = info.from_customer.title if info.from_customer is not None else None
    asked = requested(header).title
    return given if given is not None else asked


def requested(header: metadata.Header) -> metadata.RequestedMedia:
    """The echo of what was asked for."""
    request = header.job_info.request if header.job_info is not None else None
    media = request.media if request is not None else None
    return media or metadata.RequestedMedia()


def note_version(part: str, header: metadata.Header, notes: Notes) -> None:
    """Say so when a part is in a format that is newer than what the adapter knows."""
    said = _version(header)
    known = _KNOWN.get(part)
    if said is None or known is None:
        return
    numbers = [int(one) if one.isdecimal() else 0 for one in said.split(".")[:2]]
    if tuple(numbers) > known:
        notes.add(
            NoticeCode.ASSUMED,
            f"The part {part!r} is in format {said}, newer than {known[0]}.{known[1]}; it was read "
            "as if nothing that is read had changed.",
            Source(part, "/version_info"),
        )


def _version(header: metadata.Header) -> str | None:
    info = header.version_info
    if info is None:
        return None
    return info.metadata_format or info.metadata_format_version


def provenance(headers: Mapping[str, metadata.Header], *, adapter_version: str) -> Provenance:
    """Who found this, with what; ``headers`` are those of the parts, the core's first."""
    stated = {name: _version(header) for name, header in headers.items()}
    first = next(iter(headers.values()))
    info = first.version_info
    stated["backend"] = info.backend if info is not None else None
    return Provenance(
        provider="valossa",
        adapter_version=adapter_version,
        vendor_job_id=first.job_info.job_id if first.job_info is not None else None,
        vendor_versions={name: one for name, one in stated.items() if one is not None},
        applied=_applied(first),
    )


def _applied(header: metadata.Header) -> JsonObject:
    """The request as the vendor repeats it, less the URL: it may be signed."""
    asked = requested(header)
    told: dict[str, JsonValue] = {"language": asked.language, "description": asked.description}
    request = header.job_info.request if header.job_info is not None else None
    if request is not None:
        told["analysis_parameters"] = request.analysis_parameters
    return {name: value for name, value in told.items() if value is not None}
