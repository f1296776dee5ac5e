"""The answers of the API in the vendor's words; members that are not declared are skipped.

docs.noxo.dev/api/v0.2.0 and v0.1.0; what is marked as assumed is shown on neither page.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from vidiom.schema.columns import Column

__all__ = [
    "Batch",
    "BatchAnswer",
    "BatchJob",
    "ImageItem",
    "ImageResult",
    "Interval",
    "ItemOutcome",
    "JobAnswer",
    "JobOutcome",
    "KnownVideoAnswer",
    "KnownVideoResult",
    "LatencyAnswer",
    "Ocr",
    "Person",
    "PersonScene",
    "Section",
    "Submitted",
    "Tag",
    "VideoAnswer",
    "VideoResult",
]

NOTHING = msgspec.Raw()
"""In place of a member that is absent."""


class Submitted(Struct, gc=False):
    """202 to a submission."""

    job_id: str | None = None


class LatencyAnswer(Struct, gc=False):
    """``GET`` latency."""

    media_type: str | None = None
    unit: str | None = None
    latency_ms_per_unit: float | None = None


class Interval(Struct, gc=False):
    """A time segment, and an entry of ``raw_scenes``."""

    start_seconds: float | None = None
    end_seconds: float | None = None


class Person(Struct, gc=False):
    """One entry of ``person_ids``, which holds no id in spite of its name."""

    age: float | None = None
    gender: str | None = None
    face_embedding: Column | None = None
    face_thumbnail: str | None = None
    allowlisted: bool | None = None
    relative_prominence: float | None = None


class PersonScene(Struct, gc=False):
    """Who is seen together, and when; the list may be empty."""

    time_segment: Interval | None = None
    person_ids: list[Person | None] | None = None


class Ocr(Struct, gc=False):
    """Writing; an image's has no time."""

    language_code: str | None = None
    full_text: str | None = None
    time_segment: Interval | None = None


class Section(Struct, gc=False):
    """A stretch of the video under one tag, in several segments."""

    section_tag: str | None = None
    time_segments: list[Interval | None] | None = None
    thumbnail_timestamp: float | None = None
    confidence: float | None = None
    is_critical: bool | None = None
    relative_activity: float | None = None


class VideoResult(Struct, gc=False):
    """``result`` of a video."""

    raw_scenes: list[Interval | None] | None = None
    frame_activity_diffs: Column | None = None
    person_constellation_scenes: list[PersonScene | None] | None = None
    ocr_results: list[Ocr | None] | None = None
    sections: list[Section | None] | None = None


class KnownVideoResult(VideoResult, gc=False, forbid_unknown_fields=True):
    """The same, refused when there is more in it."""


class KnownVideoAnswer(Struct, gc=False):
    """A video's answer as it nearly always is: nothing strange in it, nothing missing."""

    result: KnownVideoResult
    job_id: str | None = None


class Tag(Struct, gc=False):
    """What an image shows."""

    tag: str | None = None
    probability: float | None = None
    is_critical: bool | None = None


class ImageResult(Struct, gc=False):
    """``result`` of an image."""

    tags: list[Tag | None] | None = None
    person_ids: list[Person | None] | None = None
    ocr_results: list[Ocr | None] | None = None


class ItemOutcome(Struct, gc=False):
    """One image of a batch; ``status`` and ``error`` are assumed."""

    external_id: str | int | float | None = None
    status: str | None = None
    error: msgspec.Raw = NOTHING
    result: msgspec.Raw = NOTHING


class JobOutcome(Struct, gc=False):
    """A job's answer, as far as its state goes; ``error`` is assumed."""

    job_id: str | None = None
    status: str | None = None
    error: msgspec.Raw = NOTHING
    result: msgspec.Raw = NOTHING
    items: msgspec.Raw = NOTHING


class JobAnswer(Struct, gc=False):
    """A job's answer, its findings by member."""

    job_id: str | None = None
    status: str | None = None
    error: msgspec.Raw = NOTHING
    result: dict[str, msgspec.Raw] | None = None


class VideoAnswer(Struct, gc=False):
    """The answer to a video as a whole, for the audit."""

    job_id: str | None = None
    status: str | None = None
    error: msgspec.Raw = NOTHING
    result: VideoResult | None = None


class ImageItem(Struct, gc=False):
    """One image of a batch as a whole, for the audit."""

    external_id: str | None = None
    status: str | None = None
    error: msgspec.Raw = NOTHING
    result: ImageResult | None = None


class BatchAnswer(Struct, gc=False):
    """The answer to a batch of images as a whole, for the audit."""

    job_id: str | None = None
    status: str | None = None
    error: msgspec.Raw = NOTHING
    items: list[ImageItem] | None = None


class BatchJob(Struct, gc=False, omit_defaults=True):
    """One of the jobs that a batch became."""

    external_ids: list[str]
    part: str | None = None
    """The raw part of its answer; ``None`` when there is none."""
    job_id: str | None = None
    code: str | None = None
    """Why there is no answer: the class of the error."""
    message: str | None = None


class Batch(Struct, gc=False):
    """The part ``batch``: which images were asked for in which job. Ours, not the vendor's."""

    jobs: list[BatchJob]
