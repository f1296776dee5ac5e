"""What is recognised: one class for each kind, each with its own typed fields."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from vidiom.schema.biometrics import BIOMETRIC
from vidiom.schema.detection import (
    AgeRange,
    Concept,
    Detection,
    Embedding,
    IdentityMatch,
    Modality,
    Reference,
    Score,
)
from vidiom.schema.model import Base64, Confidence, JsonValue, Seconds
from vidiom.schema.segments import Segment, Word

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
    "IdentityMatch",
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
    identities: tuple[IdentityMatch, ...] = ()
    """Candidates for who it is, the most likely first."""
    age: Annotated[AgeRange | None, BIOMETRIC, Field(repr=False)] = None
    gender: Annotated[str | None, BIOMETRIC, Field(repr=False)] = None
    """Apparent gender in the vendor's word."""
    gender_confidence: Annotated[Confidence | None, BIOMETRIC, Field(repr=False)] = None
    embedding: Annotated[Embedding | None, BIOMETRIC, Field(repr=False)] = None
    thumbnail: Annotated[Base64 | None, BIOMETRIC, Field(repr=False)] = None
    """A small picture, as encoded by the vendor; in JSON base64."""
    prominence: float | None = None
    """How much of the picture it takes, on the vendor's scale."""
    allow_listed: Annotated[bool | None, BIOMETRIC, Field(repr=False)] = None
    """Whether it matches a list of the customer's; ``None`` when the vendor does not say."""

    @property
    def identity(self) -> IdentityMatch | None:
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
    identities: tuple[IdentityMatch, ...] = ()
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
