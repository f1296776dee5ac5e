"""The story that the emulator tells when nothing is analysed: a minute in a harbour."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from vidiom_deepva.emulation.rows import Box

__all__ = [
    "CAPTION",
    "CODES",
    "DIVERSITY",
    "FACES",
    "HEIGHT",
    "INSERTS",
    "LABELS",
    "LANDMARKS",
    "LENGTH",
    "LINES",
    "RATE",
    "SHOTS",
    "SUBTITLES",
    "TEXTS",
    "TINY_PICTURE",
    "WIDTH",
    "Face",
    "Said",
    "Shot",
    "Written",
    "words",
]

RATE: Final = Fraction(25)
LENGTH: Final = 60.0
WIDTH: Final = 1280
HEIGHT: Final = 720

TINY_PICTURE: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGOIyuuBIwbiOAAlshVBMpyNfgAAAABJRU5E"
    "rkJggg=="
)
"""Four by four pixels of one colour, as PNG."""


class Face(NamedTuple):
    """One face in one stretch of time."""

    start: float
    end: float
    box: Box
    name: str | None
    """Who it is; ``None`` for somebody whom no model knows."""
    distance: float
    number: int
    """Which of the unknown ones."""
    age: tuple[int, int]
    gender: tuple[str, float]
    emotion: tuple[str, float]
    model: str = "celebrities"


FACES: Final = (
    Face(
        1.92,
        4.84,
        (0.214, 0.093, 0.118, 0.251),
        "Mara Lindqvist",
        0.61,
        0,
        (34, 42),
        ("female", 0.97),
        ("Happy", 0.83),
    ),
    Face(
        5.2,
        8.4,
        (0.61, 0.11, 0.09, 0.24),
        None,
        1.22,
        1,
        (51, 60),
        ("male", 0.94),
        ("Calm", 0.72),
    ),
    Face(
        12.0,
        15.52,
        (0.3, 0.1, 0.11, 0.28),
        "Mara Lindqvist",
        0.58,
        0,
        (34, 42),
        ("female", 0.98),
        ("Calm", 0.66),
    ),
    Face(
        16.0,
        18.2,
        (0.05, 0.2, 0.08, 0.2),
        "Tomás Ferreira",
        0.72,
        0,
        (38, 46),
        ("male", 0.99),
        ("Surprised", 0.51),
    ),
    Face(
        28.0,
        30.4,
        (0.5, 0.2, 0.07, 0.18),
        None,
        1.3,
        2,
        (24, 30),
        ("female", 0.81),
        ("Sad", 0.44),
    ),
)

LABELS: Final = (
    ("Person", "Person", 0.0, 10.0, 98.2),
    ("Indoor", "Innenraum", 0.0, 4.8, 91.0),
    ("Harbour", "Hafen", 10.0, 36.0, 95.4),
    ("Boat", "Boot", 12.0, 30.0, 88.6),
    ("Suit", "Anzug", 12.0, 16.8, 72.5),
    ("Seagull", "Möwe", 36.0, 44.0, 64.1),
    ("Sunset", "Sonnenuntergang", 48.0, 60.0, 83.0),
)
"""English and German label, start, end, and percent."""

LANDMARKS: Final = (("Freiburg Minster", 20.0, 25.6, 0.88), ("Holstentor", 50.0, 54.0, 0.71))


class Written(NamedTuple):
    """Writing in the picture."""

    start: float
    end: float
    text: str
    sure: float
    box: Box


TEXTS: Final = (
    Written(10.0, 10.24, "BREAKING", 0.97, (0.1, 0.05, 0.2, 0.06)),
    Written(10.24, 14.0, "Harbour reopens", 0.93, (0.1, 0.12, 0.35, 0.06)),
    Written(2.2, 4.72, "Mara Lindqvist", 0.99, (0.08, 0.78, 0.25, 0.045)),
    Written(2.2, 4.72, "Harbour Master", 0.96, (0.08, 0.83, 0.22, 0.04)),
    Written(48.0, 52.0, "GRÜSSE AUS KIEL", 0.58, (0.4, 0.4, 0.2, 0.1)),
)
INSERTS: Final = (
    (2.2, 4.72, "Mara Lindqvist", "Mara Lindqvist, Harbour Master", (0.08, 0.78, 0.4, 0.09), True),
    (20.0, 24.0, "Freiburg", "Freiburg, yesterday", (0.08, 0.8, 0.2, 0.07), False),
)
"""Start, end, name, all that stands there, where, and whether a face is visible."""

SUBTITLES: Final = (
    Written(1.2, 3.84, "Where have you been?", 0.9, (0.3, 0.86, 0.4, 0.06)),
    Written(4.0, 6.2, "At the harbour.", 0.9, (0.35, 0.86, 0.3, 0.06)),
)
CODES: Final = ((24.4, 25.6, "https://example.org/tickets"),)


class Said(NamedTuple):
    """One stretch of speech."""

    start: float
    end: float
    speaker: str | None
    """Who speaks; ``None`` for somebody whom no model knows."""
    similarity: float
    text: str
    german: str
    entities: tuple[tuple[str, str], ...] = ()


LINES: Final = (
    Said(
        5.0,
        7.92,
        "Mara Lindqvist",
        0.84,
        "The harbour reopened this morning.",
        "Der Hafen wurde heute Morgen wieder geöffnet.",
        (("this morning", "DATE"),),
    ),
    Said(
        8.2,
        11.6,
        "Mara Lindqvist",
        0.84,
        "Mara Lindqvist expects normal traffic by Friday.",
        "Mara Lindqvist erwartet bis Freitag normalen Verkehr.",
        (("Mara Lindqvist", "PERSON"), ("Friday", "DATE")),
    ),
    Said(
        12.0,
        16.8,
        None,
        0.41,
        "The pilot boat leaves Kiel at noon.",
        "Das Lotsenboot verlässt Kiel am Mittag.",
        (("Kiel", "LOC"), ("noon", "TIME")),
    ),
)


class Shot(NamedTuple):
    """A shot, and what a model says of it."""

    start: float
    end: float
    caption: str
    keywords: tuple[str, ...]


SHOTS: Final = (
    Shot(0.0, 4.4, "A ferry enters a harbour at dawn.", ("ferry", "harbour", "dawn")),
    Shot(4.4, 9.6, "Two people talk on a quay.", ("people", "quay")),
    Shot(9.6, 20.0, "A newsroom shows pictures of a harbour.", ("newsroom", "harbour")),
    Shot(20.0, 36.0, "A church tower rises over an old town.", ("church", "town")),
    Shot(36.0, 48.0, "Seagulls circle over a fishing boat.", ("seagulls", "boat")),
    Shot(48.0, LENGTH, "The sun sets behind a postcard view.", ("sunset", "postcard")),
)
CAPTION: Final = "A woman in a suit speaks in a studio."

DIVERSITY: Final = (
    ("gender_count", {"female": 2, "male": 2}),
    ("age_count", {"20-30": 1, "30-40": 2, "50-60": 1}),
    ("person_screen_time", {"female_1": 6.44, "female_2": 2.4, "male_1": 3.2, "male_2": 2.2}),
    ("gender_screen_time", {"female": 8.84, "male": 5.4}),
    ("age_screen_time", {"20-30": 2.4, "30-40": 8.64, "50-60": 3.2}),
    ("gender_speech_time", {"female": 6.32, "male": 4.8}),
    ("age_speech_time", {"30-40": 6.32, "50-60": 4.8}),
)


def words(said: Said) -> Iterator[tuple[str, float, float]]:
    """The words of a line on the frames of the video: the longer a word, the longer it takes."""
    spoken = said.text.split()
    letters = sum(len(word) + 1 for word in spoken)
    first, last = round(said.start * RATE), round(said.end * RATE)
    done = 0
    for word in spoken:
        start = first + (last - first) * done // letters
        done += len(word) + 1
        end = first + (last - first) * done // letters
        yield word, float(start / RATE), float(end / RATE)
