"""Valossa Metadata in Valossa's words; members that are not declared are skipped.

Every member is optional: formats 1.3 to 1.8 differ in which of them there are, and a reader keys
on what is present, never on the version (https://docs.valossa.com/metadata/overview).
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct, field

__all__ = [
    "Attributes",
    "AuditedCore",
    "BoxedFrame",
    "Caption",
    "Captions",
    "Core",
    "Detection",
    "FramesFaces",
    "FramesObjects",
    "Header",
    "Id",
    "Occurrence",
    "Place",
    "SecondItem",
    "SecondsObjects",
    "Shot",
]

# Sequences are tuples and structs are `gc=False`: then the collector has nothing to look through.

Id = str | int | None
"""Documented as strings; a number would say the same."""


# --- What every part of a result begins with (.../metadata/json-structure) ------------------------


class VersionInfo(Struct, gc=False):
    """``metadata_format``, which ``visual_captions`` spells ``metadata_format_version``."""

    metadata_type: str | None = None
    metadata_format: str | None = None
    metadata_format_version: str | None = None
    backend: str | None = None


class RequestedMedia(Struct, gc=False):
    """``job_info.request.media``: the request's echo. Its URL is not read: it may be signed."""

    title: str | None = None
    description: str | None = None
    language: str | None = None


class Request(Struct, gc=False):
    """``job_info.request``."""

    media: RequestedMedia | None = None
    analysis_parameters: Any = None
    """Kept as it is."""


class JobInfo(Struct, gc=False):
    """``job_info``."""

    job_id: str | None = None
    request: Request | None = None


class Resolution(Struct, gc=False):
    """Pixels."""

    x_pixels: int | None = None
    y_pixels: int | None = None


class Codec(Struct, gc=False):
    """A stream's codec."""

    name_short: str | None = None


class Technical(Struct, gc=False):
    """``media_info.technical``."""

    duration_s: float | None = None
    fps: float | None = None
    resolution: Resolution | None = None
    video_codec: Codec | None = None
    audio_codec: Codec | None = None
    n_audio_channels: int | None = None


class FromCustomer(Struct, gc=False):
    """``media_info.from_customer``."""

    title: str | None = None


class MediaInfo(Struct, gc=False):
    """``media_info``."""

    technical: Technical | None = None
    from_customer: FromCustomer | None = None


class Header(Struct, gc=False):
    """What the parts have in common."""

    version_info: VersionInfo | None = None
    job_info: JobInfo | None = None
    media_info: MediaInfo | None = None


# --- Core: detections (https://docs.valossa.com/metadata/detection-types) -------------------------


class AdScore(Struct, gc=False):
    """Advertising suitability: the best score and its second."""

    max: float | None = None
    s_max: float | None = None


class OccurrenceAttributes(Struct, gc=False):
    """``a`` of an occurrence of ``topic.iab.section`` (…/metadata/iab-categories)."""

    sources: tuple[str, ...] | None = None
    ad_score: AdScore | None = None


class Occurrence(Struct, gc=False):
    """One item of ``occs`` (https://docs.valossa.com/metadata/occurrences)."""

    ss: float | None = None
    se: float | None = None
    c_max: float | None = None
    c_med: float | None = None
    c: float | None = None
    fs: int | None = None
    fe: int | None = None
    scr: float | None = None
    a: OccurrenceAttributes | None = None


class ExternalReference(Struct, gc=False):
    """One entry of ``ext_refs``; ``iab`` has the hierarchy besides."""

    id: Id = None
    labels_hierarchy: tuple[str, ...] | None = None
    is_scd_category: bool | None = None


class Categories(Struct, gc=False):
    """``categ`` (https://docs.valossa.com/metadata/detection-categories)."""

    tags: tuple[str, ...] | None = None


class Named(Struct, gc=False):
    """A gallery, or a face in one."""

    id: str | None = None
    name: str | None = None


class Candidate(Struct, gc=False):
    """One item of ``a.similar_to`` (https://docs.valossa.com/metadata/faces-identity)."""

    c: float | None = None
    name: str | None = None
    gallery: Named | None = None
    gallery_face: Named | None = None


class Gender(Struct, gc=False):
    """``a.gender``."""

    value: str | None = None
    c: float | None = None


class Minor(Struct, gc=False):
    """``a.under_18_years``: that it is there is what is read."""


class TextContent(Struct, gc=False):
    """``a.text`` of a text region."""

    as_one_string: str | None = None


class Sentiment(Struct, gc=False):
    """``a.sen`` of speech."""

    val: float | None = None


class Speaker(Struct, gc=False):
    """``a.s`` of a word."""

    id: Id = None


class Attributes(Struct, gc=False):
    """``a`` of a detection: each type has a few of these."""

    s: Speaker | None = None
    sen: Sentiment | None = None
    text: TextContent | None = None
    gender: Gender | None = None
    s_visible: float | None = None
    quality: str | None = None
    under_18_years: Minor | None = None
    similar_to: tuple[Candidate, ...] | None = None
    face_det_ids: tuple[Id, ...] | None = None
    sources: tuple[str, ...] | None = None
    ad_score: AdScore | None = None


class Detection(Struct, gc=False):
    """One value of ``detections``."""

    t: str = ""
    label: str | None = None
    occs: tuple[Occurrence, ...] | None = None
    a: Attributes | None = None
    cid: str | None = None
    ext_refs: dict[str, ExternalReference] | None = None
    categ: Categories | None = None
    c: float | None = None


class Shot(Struct, gc=False):
    """One item of ``detected_shots`` (https://docs.valossa.com/metadata/segmentation-shots)."""

    ss: float | None = None
    se: float | None = None
    fs: int | None = None
    fe: int | None = None


class Segmentations(Struct, gc=False):
    """``segmentations``."""

    detected_shots: tuple[Shot, ...] | None = None


class Groupings(Struct, gc=False):
    """``detection_groupings``; ``by_second`` is read apart, and only where it says more."""

    by_detection_type: dict[str, tuple[str, ...]] | None = None
    by_second: Raw = field(default_factory=Raw)


class Core(Header, gc=False):
    """``job_results?type=core``."""

    detections: dict[str, Detection] | None = None
    detection_groupings: Groupings | None = None
    segmentations: Segmentations | None = None


# --- Core: by_second (https://docs.valossa.com/metadata/sentiment-emotion) ------------------------


class Expression(Struct, gc=False):
    """One named facial expression of one second."""

    e: str | None = None
    c: float | None = None


class SecondSentiment(Struct, gc=False):
    """``a.sen`` of one second; the keys of arousal are not documented."""

    val: float | None = None
    aro: float | None = None
    valence: float | None = None
    arousal: float | None = None
    emo: tuple[Expression, ...] | None = None


class Shade(Struct, gc=False):
    """A dominant colour of one second; the shape is not documented."""

    v: str | None = None
    f: float | None = None


class SecondAttributes(Struct, gc=False):
    """``a`` of an item of ``by_second``: what stands nowhere else."""

    sen: SecondSentiment | None = None
    rgb: tuple[Shade | str, ...] | None = None
    val: float | None = None
    aro: float | None = None
    valence: float | None = None
    arousal: float | None = None


class SecondItem(Struct, gc=False):
    """One detection in one second."""

    d: Id = None
    a: SecondAttributes | None = None


class AuditedGroupings(Groupings, gc=False):
    """As it is read in the end."""

    by_second: list[list[SecondItem]] = []  # type: ignore[assignment]  # the same, decoded


class AuditedCore(Core, gc=False):
    """What is read of the core, for the audit."""

    detection_groupings: AuditedGroupings | None = None


# --- The other parts (https://docs.valossa.com/metadata/localized-objects) ------------------------


class Place(Struct, gc=False):
    """A box in fractions of the frame."""

    x: float | None = None
    y: float | None = None
    w: float | None = None
    h: float | None = None
    c: float | None = None


class BoxedFrame(Place, gc=False):
    """One thing in one frame or second: its box, or several in ``b``."""

    id: Id = None
    d: Id = None
    b: tuple[Place, ...] | None = None


class FramesFaces(Header, gc=False):
    """``type=frames_faces``. The body is not documented; see ``vidiom_valossa.assumptions``."""

    faces_by_frame: list[list[BoxedFrame]] = []


class FramesObjects(Header, gc=False):
    """``type=frames_objects``, of which the same is true."""

    objects_by_frame: list[list[BoxedFrame]] = []


class SecondsObjects(Header, gc=False):
    """``type=seconds_objects``."""

    objects_by_second: list[list[BoxedFrame]] = []


class CaptionedSection(Struct, gc=False):
    """When a caption holds. The keys differ from those of the core."""

    s_start: float | None = None
    s_end: float | None = None
    shot_index: int | None = None


class Caption(Struct, gc=False):
    """One item of ``selected_sections``."""

    caption: str | None = None
    section: CaptionedSection | None = None


class Captions(Header, gc=False):
    """``type=visual_captions``."""

    selected_sections: tuple[Caption, ...] | None = None
