"""What the adapter takes for granted without the vendor's word, and how a real answer tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final, TypeVar

from vidiom.provider import read_part
from vidiom.provider.assumptions import Assumption, Verdict
from vidiom.schema.raw import RawResult
from vidiom_generic import wire
from vidiom_generic.parts import VIDEO
from vidiom_generic.states import STATES
from vidiom_generic.thumbnails import picture

__all__ = ["ASSUMPTIONS"]

T = TypeVar("T")


def _there(items: Iterable[T | None] | None) -> Iterator[T]:
    return (one for one in items or () if one is not None)


def _video(raw: RawResult) -> wire.VideoResult:
    if VIDEO not in raw:
        return wire.VideoResult()
    answer = read_part(raw, VIDEO, wire.VideoAnswer, operation="doctor")
    return answer.result or wire.VideoResult()


def _items(raw: RawResult) -> Iterator[wire.ImageItem]:
    for part in raw.under("images"):
        answer = read_part(raw, part.name, wire.BatchAnswer, operation="doctor")
        yield from answer.items or ()


def _persons(raw: RawResult) -> Iterator[wire.Person]:
    for scene in _there(_video(raw).person_constellation_scenes):
        yield from _there(scene.person_ids)
    for item in _items(raw):
        if item.result is not None:
            yield from _there(item.result.person_ids)


def _from_0_to_1(
    values: Callable[[RawResult], Iterable[float | None]],
) -> Callable[[RawResult], Verdict]:
    def test(raw: RawResult) -> Verdict:
        return Verdict.of(0.0 <= one <= 1.0 for one in values(raw) if one is not None)

    return test


def _section_confidences(raw: RawResult) -> Iterator[float | None]:
    return (one.confidence for one in _there(_video(raw).sections))


def _probabilities(raw: RawResult) -> Iterator[float | None]:
    for item in _items(raw):
        if item.result is not None:
            yield from (one.probability for one in _there(item.result.tags))


def _half_open(raw: RawResult) -> Verdict:
    scenes = list(_there(_video(raw).raw_scenes))
    return Verdict.of(
        following.start_seconds == one.end_seconds for one, following in pairwise(scenes)
    )


def _thumbnail_in_section(raw: RawResult) -> Verdict:
    return Verdict.of(
        any(
            (one.start_seconds or 0.0) <= section.thumbnail_timestamp <= (one.end_seconds or 0.0)
            for one in _there(section.time_segments)
        )
        for section in _there(_video(raw).sections)
        if section.thumbnail_timestamp is not None
    )


def _pictures(raw: RawResult) -> Verdict:
    return Verdict.of(
        picture(one.face_thumbnail) is not None
        for one in _persons(raw)
        if one.face_thumbnail is not None
    )


def _echoed(raw: RawResult) -> Verdict:
    if "batch" not in raw:
        return Verdict.NOT_SEEN
    asked = read_part(raw, "batch", wire.Batch, operation="doctor")
    names = {name for job in asked.jobs for name in job.external_ids}
    return Verdict.of(item.external_id in names for item in _items(raw))


def _known_words(raw: RawResult) -> Verdict:
    said = [read_part(raw, name, wire.JobOutcome, operation="doctor").status for name in raw]
    return Verdict.of(word.lower() in STATES for word in said if word is not None)


ASSUMPTIONS: Final[tuple[Assumption, ...]] = (
    Assumption("paths", "The five operations are at the paths of the settings.", "video_path"),
    Assumption("key-carrier", "The key goes into the header X-API-Key.", "key_name"),
    Assumption(
        "video-with-webhook",
        "A video with a webhook is a multipart form: part file, part webhook of JSON.",
        "video_form",
    ),
    Assumption(
        "image-webhook", "A batch's webhook is the object webhook {url, secret}.", "webhook_key"
    ),
    Assumption(
        "pending-answers", "A pending job is answered with 200 or 202 and a status, or 202 or 204."
    ),
    Assumption("state-words", "The words for states are known.", "states", _known_words),
    Assumption("status-error", "Why a job failed is in error, if it is said."),
    Assumption(
        "failed-items", "An image failed that has an error, a failed status, or no result object."
    ),
    Assumption("ids-echoed", "external_id comes back as it was sent.", test=_echoed),
    Assumption(
        "scenes-half-open",
        "A scene ends where the next one starts, and the end is not part of it.",
        test=_half_open,
    ),
    Assumption("activity-untimed", "frame_activity_diffs says nothing of when it was sampled."),
    Assumption(
        "section-confidence",
        "The confidence of a section is like a probability, from 0 to 1.",
        test=_from_0_to_1(_section_confidences),
    ),
    Assumption(
        "tag-probability",
        "The probability of a tag is from 0 to 1.",
        test=_from_0_to_1(_probabilities),
    ),
    Assumption(
        "thumbnail-time",
        "thumbnail_timestamp is in seconds on the video's clock.",
        test=_thumbnail_in_section,
    ),
    Assumption("thumbnail-picture", "face_thumbnail is a picture in plain base64.", test=_pictures),
    Assumption("latency-unit", "The unit of a video's latency is a second of the video."),
    Assumption(
        "signature",
        "The signature is the hex HMAC-SHA256 of the raw body, with the secret as UTF-8 text.",
        "signature_encoding",
    ),
    Assumption("batch-limit", "A batch may hold 500 images.", "images_per_job"),
)
