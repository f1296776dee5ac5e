"""Local raw parts in neutral words: features, states, media facts, notices, the whole result."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import chain
from typing import Final

from vidiom.errors import MalformedAnswer, UnsupportedVersion
from vidiom.provider import read_part, readable
from vidiom.schema.detections import AnyDetection
from vidiom.schema.features import Feature
from vidiom.schema.jobs import JobFailure, JobState, JobStatus
from vidiom.schema.media import MediaFacts
from vidiom.schema.provenance import Notice, NoticeCode, Provenance, Source
from vidiom.schema.raw import RawPart, RawResult
from vidiom.schema.result import BatchItem, BatchResult, ItemFailure, Result, in_order
from vidiom.schema.signals import Signal
from vidiom_local import findings, wire
from vidiom_local.folder import Status

__all__ = [
    "DEFAULT_FEATURES",
    "EXPRESSED",
    "FEATURES",
    "batch",
    "engine_features",
    "media_type",
    "result",
    "status",
]

FEATURES: Final[Mapping[Feature, tuple[str, ...]]] = {
    Feature.SHOTS: ("shots",),
    Feature.SECTIONS: ("black", "freeze"),
    Feature.FACES: ("faces",),
    Feature.TEXT: ("text",),
    Feature.SPEECH: ("speech",),
    Feature.SOUNDS: ("regions", "silence"),
    Feature.COLORS: ("colors",),
    Feature.LOUDNESS: ("loudness",),
    Feature.THUMBNAILS: ("thumbnails",),
}
"""What may be asked, and the engine's detectors for it."""

EXPRESSED: Final[Mapping[Feature, str]] = {
    feature: ", ".join(names) for feature, names in FEATURES.items()
}

DEFAULT_FEATURES: Final = frozenset(FEATURES) - {Feature.THUMBNAILS}

BY_DETECTOR: Final = {name: feature for feature, names in FEATURES.items() for name in names}

NOTICES: Final[Mapping[str, NoticeCode]] = {
    "extra_missing": NoticeCode.NOT_AVAILABLE,
    "detector_failed": NoticeCode.FAILED_IN_PART,
    "model_refused": NoticeCode.FAILED_IN_PART,
    "model_missing": NoticeCode.FAILED_IN_PART,
    "truncated": NoticeCode.FAILED_IN_PART,
    "corrupt": NoticeCode.FAILED_IN_PART,
    "no_video": NoticeCode.NOT_AVAILABLE,
    "no_audio": NoticeCode.NOT_AVAILABLE,
    "language_unsupported": NoticeCode.NOT_AVAILABLE,
    "interrupted": NoticeCode.FAILED_IN_PART,
}
"""The engine's problem codes; one that is new to us failed something."""

PART_OF: Final[Mapping[Feature, str]] = {
    Feature.SHOTS: "shots",
    Feature.SECTIONS: "picture",
    Feature.COLORS: "picture",
    Feature.THUMBNAILS: "picture",
    Feature.FACES: "faces",
    Feature.TEXT: "text",
    Feature.SPEECH: "speech",
    Feature.SOUNDS: "sound",
    Feature.LOUDNESS: "sound",
}

NEEDS_TIME: Final = frozenset(
    {Feature.SHOTS, Feature.SECTIONS, Feature.SPEECH, Feature.SOUNDS, Feature.LOUDNESS}
)
"""What a still image cannot have."""


def engine_features(asked: Collection[Feature]) -> tuple[str, ...]:
    """The detectors to run."""
    return tuple(sorted(name for feature in asked for name in FEATURES[feature]))


def media_type(part: str) -> str:
    """What a raw part of this name holds."""
    return "image/jpeg" if "thumbnails/" in part else "application/json"


def status(found: Status) -> JobStatus:
    """The job's state in neutral words."""
    failure = None
    if found.failure is not None:
        failure = JobFailure(code=found.failure.code, message=found.failure.message)
    return JobStatus(
        state=JobState(found.state),
        vendor_state=found.state,
        progress=min(1.0, max(0.0, found.progress)),
        eta_seconds=found.eta_seconds,
        stage=found.stage,
        failure=failure,
    )


def result(raw: RawResult, *, adapter_version: str, prefix: str = "") -> Result:
    """The answer for one file; ``prefix`` names one image of a batch."""
    parts = _parts(raw, prefix)
    if not parts:
        read_part(raw, "media", wire.MediaPart, operation="normalize")  # says which parts there are
    media = parts.get("media")
    still = isinstance(media, wire.MediaPart) and media.kind == "image"
    with readable(raw.provider, "normalize"):
        return Result.from_models(
            media=_media(media) if isinstance(media, wire.MediaPart) else MediaFacts(),
            detections=in_order(_detections(parts, prefix, still=still)),
            signals=tuple(_signals(parts, prefix)),
            notices=tuple(_notices(parts, prefix, raw.context.asked_features, still=still)),
            provenance=_provenance(raw, parts.values(), adapter_version),
        )


def batch(raw: RawResult, *, adapter_version: str) -> BatchResult:
    """The answer for a batch of images."""
    manifest = _read(raw["batch"]) if "batch" in raw else None
    if not isinstance(manifest, wire.BatchPart):
        raise MalformedAnswer(
            f"the raw answer has no part 'batch' (parts: {', '.join(raw) or 'none'}).",
            provider=raw.provider,
            operation="normalize",
        )
    with readable(raw.provider, "normalize"):
        return BatchResult(
            items=tuple(_item(raw, item, adapter_version) for item in manifest.items),
            notices=tuple(_merged(_problem_notices("batch", manifest))),
            provenance=_provenance(raw, [manifest], adapter_version),
        )


def _item(raw: RawResult, item: wire.BatchItem, adapter_version: str) -> BatchItem:
    name = item.external_id or str(item.index)
    if item.state == "succeeded" or (item.state == "canceled" and item.parts):
        answer = result(raw, adapter_version=adapter_version, prefix=f"images/{item.index}/")
        return BatchItem(external_id=name, result=answer)
    message = item.error or "the job was stopped before this image was looked at"
    failure = ItemFailure(code=item.error_code or item.state, message=message)
    return BatchItem(external_id=name, error=failure)


def _parts(raw: RawResult, prefix: str) -> dict[str, wire.Part]:
    names = [name for name in wire.PARTS if name != "batch" and prefix + name in raw]
    return {name: _read(raw[prefix + name]) for name in names}


def _read(part: RawPart) -> wire.Part:
    with readable("local", "normalize"):
        try:
            return wire.read(part.content)
        except wire.UnknownFormat as error:
            fault = str(error)
    raise UnsupportedVersion(
        f"part {part.name!r}: {fault}; update vidiom.", provider="local", operation="normalize"
    )


def _media(media: wire.MediaPart) -> MediaFacts:
    video, audio = media.video, media.audio
    return MediaFacts(
        type=media.kind,
        duration=media.duration_seconds,
        frame_rate=Fraction(video.frame_rate) if video is not None and video.frame_rate else None,
        variable_frame_rate=video.variable_frame_rate if _moves(media) and video else None,
        frame_count=video.frame_count if video is not None else None,
        width=video.width if video is not None else None,
        height=video.height if video is not None else None,
        rotation=video.rotation if video is not None else None,
        container=media.container,
        video_codec=video.codec if video is not None else None,
        audio_codec=audio.codec if audio is not None else None,
        audio_channels=audio.channels if audio is not None else None,
        audio_sample_rate=audio.sample_rate if audio is not None else None,
        size=media.file.size,
        sha256=media.file.sha256,
    )


def _moves(media: wire.MediaPart) -> bool:
    return media.kind == "video"


def _detections(
    parts: Mapping[str, wire.Part], prefix: str, *, still: bool
) -> Iterator[AnyDetection]:
    for name, part in parts.items():
        place = findings.Place(prefix + name, still=still)
        match part:
            case wire.ShotsPart():
                yield from findings.shots(part, place, parts.get("picture"))
            case wire.PicturePart():
                yield from findings.picture(part, place)
            case wire.TextPart():
                yield from findings.texts(part, place)
            case wire.FacesPart():
                yield from findings.faces(part, place)
            case wire.SoundPart():
                yield from findings.sounds(part, place)
            case wire.SpeechPart():
                yield from findings.speech(part, place)
            case _:
                continue


def _signals(parts: Mapping[str, wire.Part], prefix: str) -> Iterator[Signal]:
    sound = parts.get("sound")
    if isinstance(sound, wire.SoundPart) and sound.loudness is not None:
        yield findings.loudness(sound.loudness, prefix + "sound")


def _notices(
    parts: Mapping[str, wire.Part], prefix: str, asked: Iterable[Feature], *, still: bool
) -> Iterator[Notice]:
    found = (_part_notices(prefix + name, part) for name, part in parts.items())
    yield from _merged(chain.from_iterable(found))
    for feature in asked:
        if still and feature in NEEDS_TIME:
            message = f"{feature.value!r} was asked for, and a still image has none."
            yield Notice(code=NoticeCode.NOT_AVAILABLE, message=message, features=(feature,))
        elif feature in PART_OF and PART_OF[feature] not in parts:
            message = f"{feature.value!r} was asked for, and the raw answer has no part for it."
            yield Notice(code=NoticeCode.FAILED_IN_PART, message=message, features=(feature,))


def _part_notices(name: str, part: wire.Part) -> Iterator[Notice]:
    yield from _problem_notices(name, part)
    if not part.complete:
        seconds = part.covered_seconds or 0.0
        yield Notice(
            code=NoticeCode.FAILED_IN_PART,
            message=f"The part {name!r} covers only the first {seconds:.1f} seconds: the analysis "
            "was stopped. Submit the media again for the rest.",
            source=Source(name, "/complete"),
        )


def _problem_notices(name: str, part: wire.Part) -> Iterator[Notice]:
    for number, problem in enumerate(part.problems):
        features = [BY_DETECTOR[one] for one in problem.features if one in BY_DETECTOR]
        yield Notice(
            code=NOTICES.get(problem.code, NoticeCode.FAILED_IN_PART),
            message=_sentence(problem),
            features=tuple(dict.fromkeys(features)),
            source=Source(name, f"/problems/{number}", problem.code),
        )


def _sentence(problem: wire.Problem) -> str:
    text = problem.message or wire.PROBLEM_CODES.get(problem.code, problem.code)
    return f"{text[0].upper()}{text[1:]}."


def _merged(notices: Iterable[Notice]) -> Iterator[Notice]:
    """Each notice once: silent media is a problem of two parts, and one fact to the reader."""
    seen: dict[tuple[str, str], Notice] = {}
    for notice in notices:
        key = (notice.code.value, notice.message)
        first = seen.get(key, notice)
        features = dict.fromkeys((*first.features, *notice.features))
        seen[key] = first.model_copy(update={"features": tuple(features)})
    yield from seen.values()


def _provenance(raw: RawResult, parts: Iterable[wire.Part], adapter_version: str) -> Provenance:
    versions: dict[str, str] = {"format": wire.FORMAT}
    for part in parts:
        versions |= part.analysis.versions
        for name, value in part.analysis.parameters.items():
            versions[f"{part.part}.{name}"] = str(value)
    return Provenance(
        provider=raw.provider, adapter_version=adapter_version, vendor_versions=versions
    )
