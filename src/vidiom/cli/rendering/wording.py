"""How moments, sizes and detections are put into words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vidiom.cli.rendering.glyphs import Glyphs
from vidiom.cli.streams import shown
from vidiom.schema.detections import AnyDetection, Face, Landmark, Person, Text
from vidiom.schema.media import MediaFacts

__all__ = ["KINDS", "bytes_words", "facts", "moment", "name_of", "share_words", "shortened", "span"]

KINDS: Final[dict[str, str]] = {
    "shot": "shots",
    "scene": "scenes",
    "section": "sections",
    "text": "text",
    "face": "faces",
    "person": "people",
    "object": "objects",
    "label": "labels",
    "logo": "logos",
    "landmark": "landmarks",
    "moderation": "moderation",
    "emotion": "emotions",
    "caption": "captions",
    "speech": "transcript",
    "sound": "sounds",
    "topic": "topics",
    "keyword": "keywords",
    "entity": "entities",
    "color": "colors",
    "summary": "summary",
    "custom": "custom",
}
"""Kinds in the order in which they are shown, each with the word for several."""

_LONGEST_LABEL: Final = 160


def moment(seconds: float, *, digits: int = 3) -> str:
    """A moment as ``m:ss.mmm``, with hours where there are any."""
    scale = 10**digits
    ticks = round(abs(seconds) * scale)
    whole, part = divmod(ticks, scale)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    sign = "-" if seconds < 0 and ticks else ""
    return f"{sign}{clock}.{part:0{digits}}" if digits else f"{sign}{clock}"


def span(detection: AnyDetection, glyphs: Glyphs) -> str:
    """When it is on: its first segment, and how many there are besides."""
    if not detection.segments:
        return "throughout"
    first = detection.segments[0]
    words = moment(first.start)
    if first.end > first.start:
        words += f" {glyphs.dash} {moment(first.end)}"
    more = len(detection.segments) - 1
    return f"{words} +{more}" if more else words


def name_of(detection: AnyDetection) -> str:
    """What was found, in words that may be shown: never an age, a gender or a vector."""
    if isinstance(detection, (Face, Person, Landmark)) and detection.identities:
        name = detection.identities[0].name
        return shortened(shown(name or detection.label))
    if isinstance(detection, Text):
        return shortened(shown(detection.text))
    return shortened(shown(detection.label))


def shortened(text: str, length: int = _LONGEST_LABEL) -> str:
    """The text, or its beginning."""
    return text if len(text) <= length else f"{text[: length - 3]}..."


def share_words(share: float | None) -> str:
    """A share from 0 to 1 as per cent, 100 only for all of it; nothing when it is unknown."""
    if share is None:
        return ""
    return f"{round(share * 100) if share >= 1 else min(99, round(share * 100))} %"


def bytes_words(size: float) -> str:
    """A size in the unit that suits it."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"  # noqa: PLR2004
        size /= 1000
    return f"{size:.1f} TB"


def facts(media: MediaFacts) -> list[str]:
    """What is known of the media."""
    found: list[str | None] = [
        media.type,
        None if media.duration is None else moment(media.duration),
        f"{media.width}x{media.height}" if media.width and media.height else None,
        _rate(media),
        _codecs([media.video_codec, media.audio_codec]),
        None if media.audio_sample_rate is None else f"{media.audio_sample_rate / 1000:g} kHz",
        {1: "mono", 2: "stereo"}.get(media.audio_channels or 0),
        None if media.size is None else bytes_words(media.size),
    ]
    return [shown(fact) for fact in found if fact]


def _rate(media: MediaFacts) -> str | None:
    if media.frame_rate is None:
        return None
    varies = " on average" if media.variable_frame_rate else ""
    return f"{float(media.frame_rate):.6g} fps{varies}"


def _codecs(names: Sequence[str | None]) -> str | None:
    return " + ".join(name for name in names if name) or None
