"""The vendor's answer in neutral words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from reprlib import repr as shortened
from typing import Any, Final, Literal, TypeVar, overload

from pydantic import model_validator

from vidiom.schema import detections as kinds
from vidiom.schema.detections import AnyDetection, Detection
from vidiom.schema.documents import read_document
from vidiom.schema.evolution import SCHEMA_VERSION
from vidiom.schema.media import MediaFacts
from vidiom.schema.model import Model
from vidiom.schema.provenance import Notice, Provenance
from vidiom.schema.signals import Signal
from vidiom.schema.timeline import Timeline
from vidiom.schema.transcript import Transcript
from vidiom.schema.trusted import trusted

__all__ = ["BatchItem", "BatchResult", "ItemFailure", "Result", "in_order"]

D = TypeVar("D", bound=Detection)

_UNKNOWN: Final = MediaFacts()


class Result(Model):
    """What one provider found in one video, sound or image.

    All that was recognised is in ``detections``, in order of time; ``shots``, ``faces``,
    ``transcript`` and their like are views on that one list.
    """

    schema_version: Literal["1.1"] = SCHEMA_VERSION
    media: MediaFacts = _UNKNOWN
    detections: tuple[AnyDetection, ...] = ()
    signals: tuple[Signal, ...] = ()
    notices: tuple[Notice, ...] = ()
    provenance: Provenance

    @model_validator(mode="after")
    def _check(self) -> Result:
        fault = _unlinked(self.detections, self.signals)
        if fault is not None:
            raise ValueError(fault)
        return self

    @classmethod
    def from_models(
        cls,
        *,
        provenance: Provenance,
        media: MediaFacts | None = None,
        detections: Iterable[AnyDetection] = (),
        signals: Iterable[Signal] = (),
        notices: Iterable[Notice] = (),
    ) -> Result:
        """The result of models that exist already: for adapters, which make them by the thousand.

        The same as ``Result(…)``, without looking into each model once more, which takes as long
        as making it. That the ids are unique and the references lead somewhere is checked.

        Raises:
            ValueError: They do not belong together.
        """
        found, curves, told = tuple(detections), tuple(signals), tuple(notices)
        make = _RESULT if _unlinked(found, curves) is None else cls  # the class says what is wrong
        return make(
            media=media or _UNKNOWN,
            detections=found,
            signals=curves,
            notices=told,
            provenance=provenance,
        )

    # --- reading and writing -------------------------------------------------------------

    def to_json(self, *, biometrics: bool = True, indent: int | None = None) -> str:
        """The result as a JSON document; :meth:`from_json` gives an equal result.

        Args:
            biometrics: ``False`` leaves out embeddings, thumbnails, ages and genders.
            indent: Spaces for each level; ``None`` writes one line.
        """
        document = self if biometrics else self.without_biometrics()
        return document.model_dump_json(indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Result:
        """The result of a JSON document; documents of older versions are upgraded.

        Raises:
            InvalidDocument: Broken JSON, or not a result; the message says where.
            UnsupportedVersion: Written by a newer vidiom.
        """
        return read_document(cls, text)

    def without_biometrics(self) -> Result:
        """The same result with every personal field of its detections emptied."""
        bare = tuple(detection.without_biometrics() for detection in self.detections)
        if all(a is b for a, b in zip(bare, self.detections, strict=True)):
            return self
        return self.model_copy(update={"detections": bare})

    # --- views ---------------------------------------------------------------------------

    @overload
    def of(self, kind: type[D]) -> tuple[D, ...]: ...
    @overload
    def of(self, kind: str) -> tuple[AnyDetection, ...]: ...
    def of(self, kind: type[D] | str) -> tuple[D, ...] | tuple[AnyDetection, ...]:
        """The detections of one kind (``"face"`` or ``vidiom.Face``), in order of time."""
        name = kind if isinstance(kind, str) else kind.KIND
        found: tuple[Any, ...] = self._by_kind.get(name, ())
        return found

    def at(self, seconds: float) -> tuple[AnyDetection, ...]:
        """What is on at this moment, in the order of ``detections``.

        Detections without segments hold for the whole media and are not listed.
        """
        return tuple(self.detections[i] for i in self._timeline.owners_at(seconds))

    def get(self, detection_id: str) -> AnyDetection | None:
        """The detection of this id."""
        return self._by_id.get(detection_id)

    def signal(self, name: str) -> Signal | None:
        """The first signal of this name that belongs to the media as a whole, else any."""
        named = [signal for signal in self.signals if signal.name == name]
        whole = [signal for signal in named if signal.subject is None]
        return next(iter(whole or named), None)

    @cached_property
    def _by_kind(self) -> dict[str, tuple[AnyDetection, ...]]:
        found: dict[str, list[AnyDetection]] = {}
        for detection in self.detections:
            found.setdefault(detection.kind, []).append(detection)
        return {kind: tuple(members) for kind, members in found.items()}

    @cached_property
    def _by_id(self) -> dict[str, AnyDetection]:
        return {detection.id: detection for detection in self.detections}

    @cached_property
    def _timeline(self) -> Timeline:
        return Timeline(
            (number, segment)
            for number, detection in enumerate(self.detections)
            for segment in detection.segments
        )

    @property
    def shots(self) -> tuple[kinds.Shot, ...]:
        """Runs of frames between two cuts or gradual transitions."""
        return self.of(kinds.Shot)

    @property
    def scenes(self) -> tuple[kinds.Scene, ...]:
        """Runs of shots that belong together."""
        return self.of(kinds.Scene)

    @property
    def sections(self) -> tuple[kinds.Section, ...]:
        """Stretches with a role."""
        return self.of(kinds.Section)

    @property
    def labels(self) -> tuple[kinds.Label, ...]:
        """Concepts without a place."""
        return self.of(kinds.Label)

    @property
    def objects(self) -> tuple[kinds.Object, ...]:
        """Things with a place."""
        return self.of(kinds.Object)

    @property
    def faces(self) -> tuple[kinds.Face, ...]:
        """Faces."""
        return self.of(kinds.Face)

    @property
    def persons(self) -> tuple[kinds.Person, ...]:
        """People as a whole, and groups."""
        return self.of(kinds.Person)

    @property
    def texts(self) -> tuple[kinds.Text, ...]:
        """Writing in the picture."""
        return self.of(kinds.Text)

    @property
    def speech(self) -> tuple[kinds.Speech, ...]:
        """Stretches of speech."""
        return self.of(kinds.Speech)

    @cached_property
    def transcript(self) -> Transcript:
        """All that is said."""
        return Transcript(tuple(sorted(self.speech, key=lambda one: one.start or 0.0)))

    @property
    def sounds(self) -> tuple[kinds.Sound, ...]:
        """What is heard besides words."""
        return self.of(kinds.Sound)

    @property
    def logos(self) -> tuple[kinds.Logo, ...]:
        """Brand marks."""
        return self.of(kinds.Logo)

    @property
    def landmarks(self) -> tuple[kinds.Landmark, ...]:
        """Well-known places."""
        return self.of(kinds.Landmark)

    @property
    def moderation(self) -> tuple[kinds.Moderation, ...]:
        """What may be unsuitable."""
        return self.of(kinds.Moderation)

    @property
    def topics(self) -> tuple[kinds.Topic, ...]:
        """What it is about."""
        return self.of(kinds.Topic)

    @property
    def keywords(self) -> tuple[kinds.Keyword, ...]:
        """Notable words."""
        return self.of(kinds.Keyword)

    @property
    def entities(self) -> tuple[kinds.Entity, ...]:
        """Named people, places and organisations."""
        return self.of(kinds.Entity)

    @property
    def emotions(self) -> tuple[kinds.Emotion, ...]:
        """Apparent signs of emotion."""
        return self.of(kinds.Emotion)

    @property
    def captions(self) -> tuple[kinds.Caption, ...]:
        """Sentences about the picture."""
        return self.of(kinds.Caption)

    @property
    def summaries(self) -> tuple[kinds.Summary, ...]:
        """Texts about the whole."""
        return self.of(kinds.Summary)

    @property
    def colors(self) -> tuple[kinds.Color, ...]:
        """Dominant colours."""
        return self.of(kinds.Color)

    @property
    def custom(self) -> tuple[kinds.Custom, ...]:
        """What has no neutral kind, in the vendor's words."""
        return self.of(kinds.Custom)


_RESULT: Final = trusted(Result)


def _unlinked(detections: Sequence[AnyDetection], signals: Sequence[Signal]) -> str | None:
    """Which id stands twice, or which one leads nowhere; ``None`` when all is well."""
    ids = {item.id for item in detections}
    ids.update([item.id for item in signals])
    if len(ids) < len(detections) + len(signals):
        counted = Counter(item.id for item in (*detections, *signals))
        twice = next(one for one, times in counted.items() if times > 1)
        return f"the id {shortened(twice)} stands twice"
    for detection in [one for one in detections if one.references]:
        for reference in detection.references:
            if reference.detection not in ids:
                one, other = shortened(detection.id), shortened(reference.detection)
                return f"{one} refers to {other}, which is not there"
    for signal in signals:
        if signal.subject is not None and signal.subject not in ids:
            one, other = shortened(signal.id), shortened(signal.subject)
            return f"{one} belongs to {other}, which is not there"
    return None


def in_order(detections: Iterable[AnyDetection]) -> tuple[AnyDetection, ...]:
    """The detections by start; those for the whole media come first, ties keep their order."""
    return tuple(sorted(detections, key=_start))


def _start(one: AnyDetection) -> float:
    # not by `one.start`: this is asked of everything in a result, which mostly has one segment
    segments = one.segments
    if len(segments) == 1:
        return segments[0].start
    return min([segment.start for segment in segments], default=-math.inf)


class ItemFailure(Model):
    """Why one image of a batch has no result."""

    code: str
    message: str


class BatchItem(Model):
    """The answer for one image of a batch: a result or an error, never both."""

    external_id: str
    result: Result | None = None
    error: ItemFailure | None = None

    @model_validator(mode="after")
    def _check(self) -> BatchItem:
        if (self.result is None) == (self.error is None):
            msg = "an item has either a result or an error"
            raise ValueError(msg)
        return self


class BatchResult(Model):
    """The answer to a batch of images: one item per image, in the order of the batch."""

    schema_version: Literal["1.1"] = SCHEMA_VERSION
    items: tuple[BatchItem, ...]
    notices: tuple[Notice, ...] = ()
    provenance: Provenance

    @model_validator(mode="after")
    def _check(self) -> BatchResult:
        if len({item.external_id for item in self.items}) != len(self.items):
            msg = "an external id stands twice"
            raise ValueError(msg)
        return self

    def __getitem__(self, external_id: str) -> BatchItem:
        """The item of this external id; ``KeyError`` when there is none."""
        for item in self.items:
            if item.external_id == external_id:
                return item
        raise KeyError(external_id)

    @property
    def results(self) -> dict[str, Result]:
        """The results that there are, by external id."""
        return {i.external_id: i.result for i in self.items if i.result is not None}

    @property
    def errors(self) -> dict[str, ItemFailure]:
        """The failures, by external id."""
        return {i.external_id: i.error for i in self.items if i.error is not None}

    def to_json(self, *, biometrics: bool = True, indent: int | None = None) -> str:
        """The batch as a JSON document; see :meth:`Result.to_json`."""
        document = self if biometrics else self.without_biometrics()
        return document.model_dump_json(indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> BatchResult:
        """The batch of a JSON document; see :meth:`Result.from_json`."""
        return read_document(cls, text)

    def without_biometrics(self) -> BatchResult:
        """The same batch with every personal field of its results emptied."""
        items = tuple(
            item
            if item.result is None
            else item.model_copy(update={"result": item.result.without_biometrics()})
            for item in self.items
        )
        return self.model_copy(update={"items": items})
