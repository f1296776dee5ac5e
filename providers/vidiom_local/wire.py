"""The raw answer's own wire format, `vidiom-local/1`: what each JSON part holds.

Times are float seconds on the media's clock, half-open `[start, end)`. Zero is the first picture;
only where the sound begins more than half a second before it, zero is the container's start.
Places are fractions of the displayed picture, origin top left. What was not measured is null.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

if TYPE_CHECKING:
    Column: TypeAlias = Sequence[float]
else:  # read as machine numbers: there are millions, and a list takes four times the document
    Column: TypeAlias = array

FORMAT = "vidiom-local/1"
"""Changes only when a reader of the old format would misread the new one."""

Scalar = str | int | float | bool | None


class Analysis(msgspec.Struct, frozen=True):
    """What computed a part: enough to tell two runs apart years later."""

    name: str
    versions: dict[str, str]
    parameters: dict[str, Scalar]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something a reader of the part must know; `code` is one of `PROBLEM_CODES`."""

    code: str
    message: str = ""
    extra: str | None = None
    """The optional extra that would have given `features`."""
    features: list[str] = []
    detector: str | None = None


PROBLEM_CODES = {
    "extra_missing": "an optional package is not installed",
    "detector_failed": "one detector stopped with an error; what it had found before is kept",
    "model_refused": "the model file is not the one that is pinned",
    "model_missing": "the model file that the settings name does not exist",
    "truncated": "the file ends before its own header says it should, or its data is damaged",
    "corrupt": "some pictures or sound could not be decoded and were left out",
    "no_video": "there is no picture to look at",
    "no_audio": "there is no sound to listen to",
    "language_unsupported": "the installed speech model does not know the language that was asked",
    "interrupted": "the analysis was stopped before the end of the media",
}


class Span(msgspec.Struct, frozen=True, gc=False):
    """One half-open interval."""

    start: float
    end: float


class Boxes(msgspec.Struct, frozen=True):
    """Boxes over time in columns; every column has the same length."""

    time: Column
    x: Column
    y: Column
    width: Column
    height: Column
    confidence: Column


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What every JSON part begins with."""

    format: str
    part: str
    analysis: Analysis
    problems: list[Problem]
    complete: bool
    """False while the job runs, and for ever if it was stopped before the end of the media."""
    covered_seconds: float | None = None
    """How much of the media this part has seen; null for a still image."""


class FileFacts(msgspec.Struct, frozen=True):
    """The file itself."""

    name: str
    size: int
    sha256: str | None


class VideoFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The first video stream."""

    codec: str
    profile: str | None
    pixel_format: str | None
    frame_rate: str | None
    """Exact rational, such as `30000/1001`; null for a still image."""
    variable_frame_rate: bool
    frame_count: int | None
    """Pictures that were really decoded."""
    coded_width: int
    coded_height: int
    pixel_aspect_ratio: str
    rotation: int
    """Degrees clockwise by which a player turns the coded picture: 0, 90, 180 or 270."""
    width: int
    """Displayed width, after pixel aspect ratio and rotation."""
    height: int
    interlaced: bool


class AudioFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The first audio stream."""

    codec: str
    profile: str | None
    channels: int
    layout: str
    sample_rate: int
    language: str | None


class MediaPart(Part, frozen=True, kw_only=True):
    """`media`: technical facts."""

    kind: Literal["video", "audio", "image"]
    file: FileFacts
    container: str
    container_seconds: float | None
    """The duration that the container claims."""
    duration_seconds: float | None
    """The duration that was really found by decoding; null for a still image."""
    start_time: float | None
    """The container's own clock at our zero."""
    bit_rate: int | None
    video: VideoFacts | None
    audio: AudioFacts | None


class Shot(msgspec.Struct, frozen=True, gc=False):
    """One run of frames."""

    start: float
    end: float
    first_frame: int
    """Counted from 0 over the decoded pictures."""
    end_frame: int
    """The first frame that no longer belongs to the shot."""


class Transition(msgspec.Struct, frozen=True, gc=False):
    """How one shot becomes the next."""

    kind: Literal["cut", "dissolve", "fade", "fade_in", "fade_out"]
    start: float
    end: float
    """Equal to `start` for a hard cut."""
    strength: float
    """How different the pictures on both sides are, 0 to 1; not a probability."""


class ShotsPart(Part, frozen=True, kw_only=True):
    """`shots`: the edit."""

    shots: list[Shot]
    transitions: list[Transition]


class Color(msgspec.Struct, frozen=True, gc=False):
    """One colour and how much of the picture it fills."""

    hex: str
    share: float


class ColorSpan(msgspec.Struct, frozen=True):
    """The colours of one shot, the largest first."""

    start: float
    end: float
    colors: list[Color]


class Thumbnail(msgspec.Struct, frozen=True, gc=False):
    """A small picture of one shot."""

    part: str
    """The name of the raw part that holds the JPEG."""
    time: float
    shot: int
    width: int
    height: int


class PicturePart(Part, frozen=True, kw_only=True):
    """`picture`: what is measured on the picture without any model."""

    black: list[Span]
    freeze: list[Span]
    colors: list[ColorSpan]
    thumbnails: list[Thumbnail]


class Loudness(msgspec.Struct, frozen=True):
    """EBU R128. Null where it is quieter than the meter's floor."""

    start: float
    interval: float
    momentary: list[float | None]
    """LUFS over the last 400 ms, one value each `interval` seconds."""
    integrated: float | None
    range: float | None
    """LU"""


class Region(msgspec.Struct, frozen=True, gc=False):
    """A stretch of speech, singing or music."""

    kind: Literal["speech", "singing", "music"]
    start: float
    end: float
    confidence: float


class SoundPart(Part, frozen=True, kw_only=True):
    """`sound`: what is heard, but not what is said."""

    silence: list[Span]
    loudness: Loudness | None
    regions: list[Region]


class TextLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of text, joined over time."""

    text: str
    start: float
    end: float
    confidence: float
    readings: int
    """How many times the line was read."""
    variants: dict[str, int]
    """Other readings of the same line, and how often; empty when all agreed."""
    boxes: Boxes


class TextPart(Part, frozen=True, kw_only=True):
    """`text`: lines of text on the screen."""

    lines: list[TextLine]


class FaceTrack(msgspec.Struct, frozen=True):
    """One face, within one shot."""

    start: float
    end: float
    confidence: float
    boxes: Boxes


class FacesPart(Part, frozen=True, kw_only=True):
    """`faces`: where faces are; nobody is identified."""

    tracks: list[FaceTrack]


class Word(msgspec.Struct, frozen=True, gc=False):
    """One word."""

    text: str
    start: float
    end: float
    probability: float | None


class Utterance(msgspec.Struct, frozen=True):
    """One sentence or phrase."""

    text: str
    start: float
    end: float
    words: list[Word]
    average_log_probability: float | None
    no_speech_probability: float | None


class SpeechPart(Part, frozen=True, kw_only=True):
    """`speech`: what is said."""

    language: str | None
    language_probability: float | None
    utterances: list[Utterance]


class BatchItem(msgspec.Struct, frozen=True):
    """One image of the batch."""

    index: int
    external_id: str | None
    state: Literal["queued", "succeeded", "failed", "canceled"]
    parts: list[str]
    """Full names of the item's raw parts, such as `images/0/text`."""
    error_code: str | None
    error: str | None


class BatchPart(Part, frozen=True, kw_only=True):
    """`batch`: several images in one job, one item each."""

    items: list[BatchItem]


PARTS: dict[str, type[Part]] = {
    "media": MediaPart,
    "shots": ShotsPart,
    "picture": PicturePart,
    "sound": SoundPart,
    "text": TextPart,
    "faces": FacesPart,
    "speech": SpeechPart,
    "batch": BatchPart,
}


class UnknownFormat(ValueError):
    """The part was written in a format that this version does not read."""


class _Head(msgspec.Struct):
    format: str
    part: str


def write(part: Part) -> bytes:
    """The part as JSON. Infinities and NaN cannot get in: msgspec writes them as null."""
    return msgspec.json.encode(part, enc_hook=list)


def read(document: bytes | memoryview) -> Part:
    """The part that a JSON document holds."""
    head = msgspec.json.decode(document, type=_Head)
    if head.format != FORMAT or head.part not in PARTS:
        raise UnknownFormat(
            f"this is a part {head.part!r} in format {head.format!r}; "
            f"this version reads {FORMAT!r} with the parts {', '.join(PARTS)}"
        )
    return msgspec.json.decode(document, type=PARTS[head.part], dec_hook=_column)


def _column(_kind: type, values: object) -> Column:
    if not isinstance(values, list):
        msg = "a column is a list of numbers"
        raise TypeError(msg)
    return array("d", values)
