"""What is recognised: one class for each kind, each with its own typed fields."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Field

from vidiom.schema.biometrics import BIOMETRIC, biometric_fields
from vidiom.schema.boxes import Box, Track
from vidiom.schema.columns import FiniteColumn
from vidiom.schema.model import Confidence, JsonObject, JsonValue, Model, Seconds
from vidiom.schema.provenance import Source
from vidiom.schema.segments import Segment, Word, total_duration

__all__ = [
    "AgeRange",
    "AnyDetection",
    "Caption",
    "Color",
    "Concept",
    "Custom",
    "Detection",
    "Embedding",
    "Emotion",
    "Entity",
    "Face",
    "Identity",
    "Keyword",
    "Label",
    "Landmark",
    "Logo",
    "Modality",
    "Moderation",
    "Object",
    "Person",
    "Reference",
    "Scene",
    "Score",
    "Section",
    "Shot",
    "Sound",
    "Speech",
    "Summary",
    "Text",
    "Topic",
]

Modality: TypeAlias = Literal["visual", "audio", "speech", "text", "metadata"]
"""What something was found in."""


@dataclass(frozen=True, slots=True)
class Score:
    """The vendor's own number where it is no confidence: a distance, an unbounded score."""

    value: float
    scale: str
    """What the number is, such as ``cosine_distance``; ``unknown`` when undocumented."""


@dataclass(frozen=True, slots=True)
class Concept:
    """An entry of a knowledge base that a detection stands for."""

    scheme: str
    """Name of the knowledge base: ``wikidata``, ``google_knowledge_graph``, or the vendor's own."""
    id: str
    """The entry's id in it."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A link to another detection of the same result."""

    role: str
    """What the other one is to this one: ``member``, ``subject``, ``shot`` …"""
    detection: str
    """Id of the other detection."""


@dataclass(frozen=True, slots=True)
class AgeRange:
    """An apparent age in years; both bounds are equal when the vendor gives one number."""

    lower: float
    upper: float


class Embedding(Model):
    """A vector that describes a face; comparable only within one model of one vendor."""

    values: Annotated[FiniteColumn, BIOMETRIC, Field(repr=False)]
    model: str | None = None


class Identity(Model):
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
        return min((segment.start for segment in self.segments), default=None)

    @property
    def end(self) -> float | None:
        """Last moment in seconds (exclusive), or ``None``."""
        return max((segment.end for segment in self.segments), default=None)

    @cached_property
    def duration(self) -> float:
        """Seconds on the timeline that at least one segment covers."""
        return total_duration(self.segments)

    def is_on_at(self, seconds: float) -> bool:
        """Whether one of its segments contains this moment."""
        return any(segment.contains(seconds) for segment in self.segments)

    def without_biometrics(self) -> Self:
        """The same detection with every personal field emptied; itself when there is none."""
        fields = biometric_fields(type(self))
        filled = [name for name in fields if getattr(self, name) is not None]
        return self.model_copy(update=dict.fromkeys(filled)) if filled else self


class Shot(Detection):
    """A run of frames between two cuts or gradual transitions."""

    KIND = "shot"
    kind: Literal["shot"] = "shot"
    label: str = "shot"
    first_frame: int | None = None
    """The vendor's number of its first frame, 0-based."""
    last_frame: int | None = None
    """The vendor's number of its last frame, inclusive."""
    transition: Literal["start", "cut", "fade", "dissolve", "wipe", "gradual"] | None = None
    """How it begins; ``start`` for the first one, ``gradual`` when the sort is not known."""
    transition_segment: Segment | None = None
    """The span of a gradual transition into this shot."""


class Scene(Detection):
    """A run of shots that belong together (its shots are references of the role ``shot``)."""

    KIND = "scene"
    kind: Literal["scene"] = "scene"
    label: str = "scene"


class Section(Detection):
    """A stretch of the media with a role: intro, credits, black, freeze."""

    KIND = "section"
    kind: Literal["section"] = "section"
    thumbnail_time: Seconds | None = None
    """Moment of a frame that stands for it."""
    critical: bool | None = None
    """The vendor's mark; ``None`` when it says neither yes nor no."""
    activity: float | None = None
    """How much happens, on the vendor's scale."""


class Label(Detection):
    """A concept seen or heard, without a place."""

    KIND = "label"
    kind: Literal["label"] = "label"
    categories: tuple[str, ...] = ()
    concepts: tuple[Concept, ...] = ()
    modality: Modality | None = None


class Object(Detection):
    """A thing with a place in the picture."""

    KIND = "object"
    kind: Literal["object"] = "object"
    categories: tuple[str, ...] = ()
    concepts: tuple[Concept, ...] = ()


class _Human(Detection):
    identities: tuple[Identity, ...] = ()
    """Candidates for who it is, the most likely first."""
    age: Annotated[AgeRange | None, BIOMETRIC, Field(repr=False)] = None
    gender: Annotated[str | None, BIOMETRIC, Field(repr=False)] = None
    """Apparent gender in the vendor's word."""
    gender_confidence: Annotated[Confidence | None, BIOMETRIC, Field(repr=False)] = None
    embedding: Annotated[Embedding | None, BIOMETRIC, Field(repr=False)] = None
    thumbnail: Annotated[bytes | None, BIOMETRIC, Field(repr=False)] = None
    """A small picture, as encoded by the vendor."""
    prominence: float | None = None
    """How much of the picture it takes, on the vendor's scale."""
    allow_listed: bool | None = None
    """Whether it matches a list of the customer's; ``None`` when the vendor does not say."""

    @property
    def identity(self) -> Identity | None:
        """The most likely candidate."""
        return self.identities[0] if self.identities else None


class Face(_Human):
    """A face."""

    KIND = "face"
    kind: Literal["face"] = "face"
    label: str = "face"
    quality: str | None = None
    """The vendor's word for how well it can be seen."""
    visible_seconds: float | None = None
    """Seconds really on screen, where the vendor counts them."""
    minor: Annotated[bool | None, BIOMETRIC, Field(repr=False)] = None
    """Whether it appears to be a person under 18."""


class Person(_Human):
    """A person as a whole, or a group seen together (references of the role ``member``)."""

    KIND = "person"
    kind: Literal["person"] = "person"
    label: str = "person"


class Text(Detection):
    """Writing in the picture."""

    KIND = "text"
    kind: Literal["text"] = "text"
    text: str
    language: str | None = None
    """As the vendor writes it, usually BCP 47."""
    region: str | None = None
    """Part of the frame in words (``lower_third``, ``full_frame`` …), where there is no box."""
    role: str | None = None
    """What it serves as, where known: ``subtitle``, ``lower_third``, ``qr_code``."""


class Speech(Detection):
    """A stretch of speech."""

    KIND = "speech"
    kind: Literal["speech"] = "speech"
    text: str
    language: str | None = None
    speaker: str | None = None
    """The vendor's id or name of the speaker."""
    words: tuple[Word, ...] = ()
    sentiment: Annotated[float, Field(ge=-1, le=1)] | None = None
    """From -1 to 1, from the meaning of the words."""


class Sound(Detection):
    """Something heard besides words; also plain regions of speech, music, singing and silence."""

    KIND = "sound"
    kind: Literal["sound"] = "sound"
    categories: tuple[str, ...] = ()
    concepts: tuple[Concept, ...] = ()


class Logo(Detection):
    """A brand mark."""

    KIND = "logo"
    kind: Literal["logo"] = "logo"
    concepts: tuple[Concept, ...] = ()


class Landmark(Detection):
    """A well-known place."""

    KIND = "landmark"
    kind: Literal["landmark"] = "landmark"
    concepts: tuple[Concept, ...] = ()
    identities: tuple[Identity, ...] = ()
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None


class Moderation(Detection):
    """Something that may be unsuitable for some viewers."""

    KIND = "moderation"
    kind: Literal["moderation"] = "moderation"
    categories: tuple[str, ...] = ()
    """The vendor's categories, the broadest first."""
    modality: Modality | None = None
    critical: bool | None = None


class Topic(Detection):
    """What it is about, in some scheme of categories."""

    KIND = "topic"
    kind: Literal["topic"] = "topic"
    scheme: str | None = None
    """Name of the scheme: ``iab``, ``genre`` …"""
    topic_id: str | None = None
    path: tuple[str, ...] = ()
    """From the broadest category to this one."""
    sources: tuple[str, ...] = ()
    """What it was concluded from, in the vendor's words."""


class Keyword(Detection):
    """A notable word."""

    KIND = "keyword"
    kind: Literal["keyword"] = "keyword"
    origin: Modality | None = None


class Entity(Detection):
    """A person, place or organisation that is spoken or written of."""

    KIND = "entity"
    kind: Literal["entity"] = "entity"
    entity_type: str | None = None
    """``person``, ``location``, ``organization`` or the vendor's word."""
    origin: Modality | None = None
    concepts: tuple[Concept, ...] = ()


class Emotion(Detection):
    """An apparent outward sign of emotion; whose, says a reference of the role ``subject``."""

    KIND = "emotion"
    kind: Literal["emotion"] = "emotion"
    modality: Modality | None = None
    valence: Annotated[float, Field(ge=-1, le=1)] | None = None
    arousal: float | None = None


class Caption(Detection):
    """A sentence that describes the picture."""

    KIND = "caption"
    kind: Literal["caption"] = "caption"
    text: str
    language: str | None = None
    prompt: str | None = None
    """The question that it answers, if one was asked."""


class Summary(Detection):
    """A short text about the whole."""

    KIND = "summary"
    kind: Literal["summary"] = "summary"
    text: str
    language: str | None = None


class Color(Detection):
    """A dominant colour."""

    KIND = "color"
    kind: Literal["color"] = "color"
    rgb: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    """sRGB in hex, lower case: ``#1a2b3c``."""
    share: Confidence | None = None
    """Share of the picture, 0 to 1."""


class Custom(Detection):
    """What has no neutral kind (yet), in the vendor's words."""

    KIND = "custom"
    kind: Literal["custom"] = "custom"
    data: JsonValue = None


AnyDetection: TypeAlias = Annotated[
    Shot
    | Scene
    | Section
    | Label
    | Object
    | Face
    | Person
    | Text
    | Speech
    | Sound
    | Logo
    | Landmark
    | Moderation
    | Topic
    | Keyword
    | Entity
    | Emotion
    | Caption
    | Summary
    | Color
    | Custom,
    Field(discriminator="kind"),
]
"""Any detection; ``kind`` tells which."""
