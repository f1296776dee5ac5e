"""What every detection has: what, when, where, how sure, and where the raw answer says so."""

from __future__ import annotations

from functools import cached_property
from math import inf
from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Field

from vidiom.schema.biometrics import BIOMETRIC, biometric_fields
from vidiom.schema.boxes import Box, Track
from vidiom.schema.columns import FiniteColumn
from vidiom.schema.model import Confidence, JsonObject, Model
from vidiom.schema.provenance import Source
from vidiom.schema.segments import Segment, total_duration
from vidiom.schema.values import Value, as_dataclass

__all__ = [
    "AgeRange",
    "Concept",
    "Detection",
    "Embedding",
    "IdentityMatch",
    "Modality",
    "Reference",
    "Score",
]

Modality: TypeAlias = Literal["visual", "audio", "speech", "text", "metadata"]
"""What something was found in."""


@as_dataclass
class Score(Value, frozen=True, gc=False):
    """The vendor's own number where it is no confidence: a distance, an unbounded score."""

    value: float
    scale: str
    """What the number is, such as ``cosine_distance``; ``unknown`` when undocumented."""

    def __post_init__(self) -> None:
        """JSON has no other numbers than finite ones."""
        if not -inf < self.value < inf:
            msg = "a score is finite"
            raise ValueError(msg)


@as_dataclass
class Concept(Value, frozen=True, gc=False):
    """An entry of a knowledge base that a detection stands for."""

    scheme: str
    """Name of the knowledge base: ``wikidata``, ``google_knowledge_graph``, or the vendor's own."""
    id: str
    """The entry's id in it."""


@as_dataclass
class Reference(Value, frozen=True, gc=False):
    """A link to another detection of the same result."""

    role: str
    """What the other one is to this one: ``member``, ``subject``, ``shot`` …"""
    detection: str
    """Id of the other detection."""


@as_dataclass
class AgeRange(Value, frozen=True, gc=False):
    """An apparent age in years; both bounds are equal when the vendor gives one number."""

    lower: float
    upper: float

    def __post_init__(self) -> None:
        """NaN fails each comparison."""
        if not -inf < self.lower <= self.upper < inf:
            msg = "the lower bound of an age is not above the upper one, and both are finite"
            raise ValueError(msg)


class Embedding(Model):
    """A vector that describes a face; comparable only within one model of one vendor."""

    values: Annotated[FiniteColumn, BIOMETRIC, Field(repr=False)]
    model: str | None = None


class IdentityMatch(Model):
    """One candidate for who or what this is."""

    name: str | None = None
    """As the gallery has it; an identity may be nameless."""
    confidence: Confidence | None = None
    score: Score | None = None
    """Where the vendor gives a distance instead of a probability."""
    identity_id: str | None = None
    """Id in the gallery."""
    gallery_id: str | None = None
    gallery_name: str | None = None


class Detection(Model):
    """Something recognised: what, when, where, how sure, and where the raw answer says so.

    The base of all kinds; :data:`AnyDetection` is their union, told apart by ``kind``.
    """

    #: The word for the kind, the same as the default of the ``kind`` field.
    KIND: ClassVar[str]

    kind: str
    id: str
    """Unique in the result; the same again whenever the same raw answer is read."""
    label: str
    """A short readable name; for speech, text and captions the words themselves."""
    confidence: Confidence | None = None
    """From 0 to 1 where the vendor gives something like a probability, else ``None``."""
    score: Score | None = None
    """The vendor's number where it is not a confidence."""
    segments: tuple[Segment, ...] = ()
    """When; empty when it holds for the media as a whole."""
    box: Box | None = None
    """Where, when one place holds for all its time (or for an image)."""
    track: Track | None = None
    """Where over time."""
    references: tuple[Reference, ...] = ()
    """Links to other detections."""
    source: Source | None = None
    """Where in the raw answer it stands."""
    attributes: JsonObject = Field(default_factory=dict)
    """What the vendor says more, in the vendor's words."""

    @property
    def start(self) -> float | None:
        """First moment in seconds, or ``None`` when it holds for the media as a whole."""
        segments = self.segments
        if len(segments) == 1:  # nearly always, and sorting asks it of everything
            return segments[0].start
        return min([segment.start for segment in segments], default=None)

    @property
    def end(self) -> float | None:
        """Last moment in seconds (exclusive), or ``None``."""
        segments = self.segments
        if len(segments) == 1:
            return segments[0].end
        return max([segment.end for segment in segments], default=None)

    @cached_property
    def duration(self) -> float:
        """Seconds on the timeline that at least one segment covers."""
        return total_duration(self.segments)

    def __hash__(self) -> int:
        """By kind and id, which are what names it in its result."""
        return hash((self.kind, self.id))

    def is_on_at(self, seconds: float) -> bool:
        """Whether one of its segments contains this moment."""
        return any(segment.contains(seconds) for segment in self.segments)

    def without_biometrics(self) -> Self:
        """The same detection with every personal field emptied; itself when there is none."""
        fields = biometric_fields(type(self))
        filled = [name for name in fields if getattr(self, name) is not None]
        return self.model_copy(update=dict.fromkeys(filled)) if filled else self
