"""Hypothesis strategies for everything that the neutral schema can say."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from math import nan
from typing import Any, Final, TypeVar, get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from vidiom.schema import detections as kinds
from vidiom.schema.boxes import Box, Track
from vidiom.schema.columns import Column
from vidiom.schema.detections import AnyDetection
from vidiom.schema.features import Feature
from vidiom.schema.media import MediaFacts
from vidiom.schema.model import JsonObject, JsonValue
from vidiom.schema.provenance import Notice, NoticeCode, Provenance, RawPartInfo, Source
from vidiom.schema.result import BatchItem, BatchResult, ItemFailure, Result
from vidiom.schema.segments import Segment, Word
from vidiom.schema.signals import Signal

__all__ = [
    "ALL_KINDS",
    "SMPTE_RATES",
    "batches",
    "boxes",
    "detections",
    "json_values",
    "moments",
    "of_kind",
    "results",
    "segments",
    "signals",
    "tracks",
]

T = TypeVar("T")

SMPTE_RATES: Final = (
    *(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 96, 120)),
    *(Fraction(n) for n in (24, 25, 30, 48, 50, 60, 96, 100, 120)),
)
"""The frame rates that a timecode can be written for."""

ALL_KINDS: Final[tuple[type[kinds.Detection], ...]] = get_args(get_args(AnyDetection)[0])
"""The class of every kind."""

names = st.text(min_size=1, max_size=8)
words = st.text(max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)
shares = st.floats(0, 1)
lengths = st.floats(0, 1e6)
moments = st.floats(-1e3, 1e6)
"""Moments on the media's clock, in seconds."""


def unknown_or(strategy: SearchStrategy[T]) -> SearchStrategy[T | None]:
    """``None`` or one of these."""
    return st.none() | strategy


def few(strategy: SearchStrategy[T]) -> SearchStrategy[tuple[T, ...]]:
    """None to three of these."""
    return st.lists(strategy, max_size=3).map(tuple)


json_values: Final[SearchStrategy[JsonValue]] = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
json_objects: Final[SearchStrategy[JsonObject]] = st.dictionaries(words, json_values, max_size=2)


def _ordered(make: Callable[..., T], **more: SearchStrategy[Any]) -> SearchStrategy[T]:
    """Things with a start and an end."""
    bounds = st.tuples(moments, moments).map(sorted)
    return st.builds(
        lambda pair, rest: make(start=pair[0], end=pair[1], **rest),
        bounds,
        st.fixed_dictionaries(more),
    )


segments: Final = _ordered(Segment, confidence=unknown_or(shares))
spoken_words: Final = _ordered(
    Word, text=words, confidence=unknown_or(shares), speaker=unknown_or(names)
)
boxes: Final = st.builds(Box, numbers, numbers, lengths, lengths)
sources: Final = st.builds(Source, names, words, unknown_or(words), unknown_or(words))
scores: Final = st.builds(kinds.Score, numbers, words)
concepts: Final = st.builds(kinds.Concept, words, words)
identities: Final = st.builds(
    kinds.IdentityMatch,
    name=unknown_or(words),
    confidence=unknown_or(shares),
    score=unknown_or(scores),
    identity_id=unknown_or(words),
    gallery_id=unknown_or(words),
    gallery_name=unknown_or(words),
)
ages: Final = (
    st.tuples(lengths, lengths).map(sorted).map(lambda pair: kinds.AgeRange(pair[0], pair[1]))
)


def _columns(
    values: SearchStrategy[float], size: int, *, gaps: bool = False
) -> SearchStrategy[Column]:
    held = values | st.just(nan) if gaps else values
    return st.lists(held, min_size=size, max_size=size).map(lambda column: array("d", column))


def _times(size: int) -> SearchStrategy[Column]:
    return _columns(moments, size).map(lambda column: array("d", sorted(column)))


def _tracks_of(size: int) -> SearchStrategy[Track]:
    return st.builds(
        Track,
        times=_times(size),
        x=_columns(numbers, size),
        y=_columns(numbers, size),
        width=_columns(lengths, size),
        height=_columns(lengths, size),
        confidences=unknown_or(_columns(shares, size, gaps=True)),
        interval=unknown_or(st.floats(0, 10, exclude_min=True)),
    )


tracks: Final = st.integers(0, 4).flatmap(_tracks_of)
embeddings: Final = st.builds(
    kinds.Embedding,
    values=st.integers(0, 4).flatmap(lambda size: _columns(numbers, size)),
    model=unknown_or(words),
)

_EVERY: Final[dict[str, SearchStrategy[Any]]] = {
    "label": words,
    "confidence": unknown_or(shares),
    "score": unknown_or(scores),
    "segments": few(segments),
    "box": unknown_or(boxes),
    "track": unknown_or(tracks),
    "source": unknown_or(sources),
    "attributes": json_objects,
}
_MODALITIES: Final = unknown_or(st.sampled_from(get_args(kinds.Modality)))
_CLASSED: Final[dict[str, SearchStrategy[Any]]] = {
    "categories": few(words),
    "concepts": few(concepts),
}
_HUMAN: Final[dict[str, SearchStrategy[Any]]] = {
    "identities": few(identities),
    "age": unknown_or(ages),
    "gender": unknown_or(words),
    "gender_confidence": unknown_or(shares),
    "embedding": unknown_or(embeddings),
    "thumbnail": unknown_or(st.binary(max_size=9)),
    "prominence": unknown_or(numbers),
    "allow_listed": unknown_or(st.booleans()),
}
_WRITTEN: Final[dict[str, SearchStrategy[Any]]] = {"text": words, "language": unknown_or(words)}

_OWN: Final[dict[str, dict[str, SearchStrategy[Any]]]] = {
    "shot": {
        "first_frame": unknown_or(st.integers()),
        "last_frame": unknown_or(st.integers()),
        "transition": unknown_or(st.sampled_from(["start", "cut", "fade", "wipe", "gradual"])),
        "transition_segment": unknown_or(segments),
    },
    "scene": {},
    "section": {
        "thumbnail_time": unknown_or(moments),
        "critical": unknown_or(st.booleans()),
        "activity": unknown_or(numbers),
    },
    "label": {**_CLASSED, "modality": _MODALITIES},
    "object": _CLASSED,
    "face": {
        **_HUMAN,
        "quality": unknown_or(words),
        "visible_seconds": unknown_or(lengths),
        "minor": unknown_or(st.booleans()),
    },
    "person": _HUMAN,
    "text": {**_WRITTEN, "region": unknown_or(words), "role": unknown_or(words)},
    "speech": {
        **_WRITTEN,
        "speaker": unknown_or(words),
        "words": few(spoken_words),
        "sentiment": unknown_or(st.floats(-1, 1)),
    },
    "sound": _CLASSED,
    "logo": {"concepts": few(concepts)},
    "landmark": {
        "concepts": few(concepts),
        "identities": few(identities),
        "latitude": unknown_or(st.floats(-90, 90)),
        "longitude": unknown_or(st.floats(-180, 180)),
    },
    "moderation": {
        "categories": few(words),
        "modality": _MODALITIES,
        "critical": unknown_or(st.booleans()),
    },
    "topic": {
        "scheme": unknown_or(words),
        "topic_id": unknown_or(words),
        "path": few(words),
        "sources": few(words),
    },
    "keyword": {"origin": _MODALITIES},
    "entity": {
        "entity_type": unknown_or(words),
        "origin": _MODALITIES,
        "concepts": few(concepts),
    },
    "emotion": {
        "modality": _MODALITIES,
        "valence": unknown_or(st.floats(-1, 1)),
        "arousal": unknown_or(numbers),
    },
    "caption": {**_WRITTEN, "prompt": unknown_or(words)},
    "summary": _WRITTEN,
    "color": {
        "rgb": st.from_regex(r"#[0-9a-f]{6}", fullmatch=True),
        "share": unknown_or(shares),
    },
    "custom": {"data": json_values},
}


def of_kind(kind: str, ids: SearchStrategy[str] = names) -> SearchStrategy[kinds.Detection]:
    """Detections of one kind with any of its fields, and without references."""
    (model,) = (one for one in ALL_KINDS if kind == one.KIND)
    return st.builds(model, id=ids, **_EVERY, **_OWN[kind])


detections: Final = st.one_of([of_kind(model.KIND) for model in ALL_KINDS])
"""Detections of any kind."""


def _signals_of(size: int) -> SearchStrategy[Signal]:
    common: dict[str, SearchStrategy[Any]] = {
        "id": names,
        "name": words,
        "unit": unknown_or(words),
        "values": _columns(numbers, size, gaps=True),
        "minimum": unknown_or(numbers),
        "maximum": unknown_or(numbers),
        "source": unknown_or(sources),
    }
    return st.builds(Signal, **common, times=_times(size)) | st.builds(
        Signal, **common, start=moments, interval=unknown_or(st.floats(0, 10, exclude_min=True))
    )


signals: Final = st.integers(0, 4).flatmap(_signals_of)
"""Curves with times, at equal distances, or of unknown times; with gaps."""

features: Final = few(st.sampled_from(Feature))
_ZONES: Final = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
aware_times: Final = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - the zone is added by the strategy
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=_ZONES | st.just(UTC),
)
rates: Final = st.sampled_from(SMPTE_RATES) | st.fractions(min_value=Fraction(1, 1000)).filter(bool)
counts: Final = unknown_or(st.integers(0, 10**9))
facts: Final = st.builds(
    MediaFacts,
    type=unknown_or(st.sampled_from(["video", "audio", "image"])),
    title=unknown_or(words),
    duration=unknown_or(lengths),
    frame_rate=unknown_or(rates),
    variable_frame_rate=unknown_or(st.booleans()),
    width=counts,
    size=counts,
    start_timecode=unknown_or(words),
)
notices: Final = st.builds(
    Notice,
    code=st.sampled_from(NoticeCode),
    message=words,
    features=features,
    count=counts,
    source=unknown_or(sources),
)
provenances: Final = st.builds(
    Provenance,
    provider=names,
    adapter_version=names,
    account=unknown_or(names),
    vendor_versions=st.dictionaries(words, words, max_size=2),
    asked_features=features,
    applied=json_objects,
    ignored=few(words),
    submitted_at=unknown_or(aware_times),
    fetched_at=unknown_or(aware_times),
    raw=few(st.builds(RawPartInfo, name=names, sha256=words, size=st.integers(0))),
)


@st.composite
def results(draw: st.DrawFn, *, most: int = 5) -> Result:
    """Results of any content, with references and subjects that resolve."""
    found = draw(st.lists(detections, max_size=most, unique_by=lambda one: one.id))
    ids = [one.id for one in found]
    linked = [
        one.model_copy(update={"references": draw(_references(ids))})
        if draw(st.booleans())
        else one
        for one in found
    ]
    curves = draw(
        st.lists(signals, max_size=2, unique_by=lambda one: one.id).map(
            lambda some: [one for one in some if one.id not in ids]
        )
    )
    subjects = st.sampled_from([None, *ids])
    return Result(
        media=draw(facts),
        detections=linked,
        signals=tuple(one.model_copy(update={"subject": draw(subjects)}) for one in curves),
        notices=draw(few(notices)),
        provenance=draw(provenances),
    )


def _references(ids: list[str]) -> SearchStrategy[tuple[kinds.Reference, ...]]:
    return few(st.builds(kinds.Reference, words, st.sampled_from(ids)))


@st.composite
def batches(draw: st.DrawFn) -> BatchResult:
    """Answers to batches, with results and failures."""
    failures = st.builds(ItemFailure, code=words, message=words)
    ids = draw(st.lists(names, max_size=3, unique=True))
    items = [
        BatchItem(external_id=one, result=draw(results(most=2)))
        if draw(st.booleans())
        else BatchItem(external_id=one, error=draw(failures))
        for one in ids
    ]
    return BatchResult(items=tuple(items), notices=draw(few(notices)), provenance=draw(provenances))
