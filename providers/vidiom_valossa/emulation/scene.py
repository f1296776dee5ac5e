"""The story that the emulator tells when nothing is analysed: one minute, all detection types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

__all__ = [
    "CAPTIONS",
    "COLORS",
    "COMPLIANCE",
    "CONCEPTS",
    "ENTITIES",
    "FACES",
    "GALLERY",
    "GROUP",
    "LENGTH",
    "LINES",
    "LOGO",
    "RATE",
    "SECTIONS",
    "SHOTS",
    "TECHNICAL",
    "TEXTS",
    "UNTIMED",
    "Concept",
    "Face",
    "Said",
    "Section",
    "Writing",
    "words",
]

RATE: Final = 25
LENGTH: Final = 60.04
SHOTS: Final = (0.0, 5.2, 11.6, 20.0, 27.4, 36.0, 44.8, 52.6, LENGTH)
"""Where shots begin, and where the last one ends."""

TECHNICAL: Final[Mapping[str, object]] = {
    "resolution": {"x_pixels": 1920, "y_pixels": 1080},
    "video_codec": {
        "name_long": "H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10",
        "name_short": "h264",
        "bps": 4812330,
    },
    "audio_codec": {"name_long": "AAC (Advanced Audio Coding)", "name_short": "aac", "bps": 128014},
    "n_audio_channels": 2,
}

GALLERY: Final = "9f2d7c31-5a84-4a0e-b6d3-17c2e85f4d60"
_MIRA: Final = ("Mira Salonen", "d3b8e1a5-7f24-4c96-9b0a-5e61c7d82f43")
_IDA: Final = ("Ida Lindqvist", "41c7a9e2-0d5b-4f38-a6e1-92b3d7c5f804")


class Face(NamedTuple):
    """One face, where it is, and who it may be."""

    when: tuple[tuple[float, float], ...]
    box: tuple[float, float, float, float]
    gender: tuple[str, float]
    quality: str = "normal"
    who: tuple[tuple[tuple[str, str], float], ...] = ()
    minor: tuple[float, float] | None = None
    mood: tuple[float, str, float] | None = None
    """Valence, and an expression with its confidence."""


FACES: Final = (
    Face(
        ((5.36, 11.48), (20.04, 27.28), (36.08, 44.6)),
        (0.424, 0.173, 0.121, 0.236),
        ("female", 0.987),
        who=((_MIRA, 0.934), (_IDA, 0.561)),
        mood=(0.42, "joy", 0.71),
    ),
    Face(
        ((11.64, 19.8), (27.48, 35.8)),
        (0.294, 0.206, 0.134, 0.247),
        ("male", 0.981),
        mood=(0.08, "mild joy", 0.28),
    ),
    Face(
        ((52.8, 56.2),),
        (0.611, 0.188, 0.092, 0.179),
        ("female", 0.905),
        quality="low",
        who=((_MIRA, 0.802),),
        mood=(0.31, "mild joy", 0.58),
    ),
    Face(
        ((45.0, 48.72),),
        (0.215, 0.404, 0.058, 0.111),
        ("male", 0.644),
        quality="low",
        minor=(45.2, 48.4),
        mood=(0.12, "surprise", 0.51),
    ),
)
GROUP: Final = (5.36, 35.8, (0, 1))
"""When two faces appear together, and which."""


class Concept(NamedTuple):
    """Something seen or heard."""

    kind: str
    label: str
    concept: str
    when: tuple[tuple[float, float, float], ...]
    """Start, end, and the highest confidence between them."""
    reference: str | None = None
    tags: tuple[str, ...] = ()


_SEEN: Final = "visual.context"
_HEARD: Final = "audio.context"
CONCEPTS: Final = (
    Concept(
        _SEEN,
        "boat",
        "b7Qm2LxVtR0k",
        ((0.0, 5.2, 0.981), (52.6, 60.04, 0.973)),
        "/m/019jd",
        ("boats_ships",),
    ),
    Concept(
        _SEEN,
        "coffee cup",
        "c3Zt8KdWqH5n",
        ((11.6, 19.4, 0.942), (28.0, 34.2, 0.887)),
        "/m/02p5f1q",
        ("food_drink",),
    ),
    Concept(_SEEN, "conversation", "e9Rf4PsYuB1j", ((20.0, 43.9, 0.856),), None, ("human_basic",)),
    Concept(_SEEN, "dog", "d5Nk6MvXoA2g", ((44.8, 51.5, 0.996),), "/m/0bt9lr", ("fauna", "pets")),
    Concept(
        _SEEN,
        "laptop",
        "l1Hc7TyQzE8w",
        ((27.4, 35.6, 0.792),),
        "/m/01c648",
        ("computers_video_games",),
    ),
    Concept(
        _SEEN, "cigarette", "s8Jg3WbCxD6p", ((37.3, 40.1, 0.731),), None, ("content_compliance",)
    ),
    Concept(_HEARD, "music", "F0mUsIc7kQ2x", ((0.0, 5.0, 0.964), (53.0, 60.04, 0.951)), "/m/04rlf"),
    Concept(_HEARD, "laughter", "eGlAuGh4T9rz", ((33.0, 35.0, 0.842),), "/m/01j3sz"),
    Concept(
        _HEARD,
        "explosion",
        "xPl0s1oN5bqm",
        ((49.0, 50.0, 0.688),),
        "/m/014zdl",
        ("content_compliance",),
    ),
)
LOGO: Final = Concept(
    "visual.object.localized",
    "Nordlys Coffee",
    "n4Lo9GoYpS7v",
    ((12.2, 18.7, 0.991), (29.1, 31.6, 0.947)),
)

COLORS: Final = (
    ("4f6b7a", "c9d3d8", "1e2a33"),
    ("7a5c46", "e2d2c0", "33241a"),
    ("5b4636", "d9b48f", "1d140f"),
    ("6d5a4b", "c7b7a6", "2a211b"),
    ("3f4a52", "b9a58e", "171b1f"),
    ("8a6f57", "ded3c6", "2b221c"),
    ("6b7f4f", "b8c29a", "222a17"),
    ("486476", "d0dbe0", "18242c"),
)
"""The dominant colours of each shot."""


class Writing(NamedTuple):
    """Writing in the picture."""

    region: str
    text: str
    start: float
    end: float


TEXTS: Final = (
    Writing("lower_third", "MIRA SALONEN Harbour guide", 6.0, 10.4),
    Writing("full_frame_analysis", "NORDLYS COFFEE est. 1998", 12.0, 18.9),
    Writing("upper_third", "Harbour Stories", 52.7, 59.6),
    Writing("middle_third", "DAMN GOOD COFFEE", 37.5, 40.0),
)
COMPLIANCE: Final = Writing("keyword.compliance", "damn", 37.52, 40.0)


class Said(NamedTuple):
    """One stretch of speech."""

    start: float
    end: float
    speaker: str
    sentiment: float
    text: str


LINES: Final = (
    Said(5.6, 10.9, "1", 0.412, "Welcome to the old harbour, my name is Mira."),
    Said(11.9, 15.6, "2", 0.238, "And this is Nordlys Coffee."),
    Said(16.0, 19.6, "2", 0.105, "We opened in Helsinki in 1998."),
    Said(20.4, 26.9, "1", -0.067, "So what makes your espresso different?"),
    Said(27.7, 32.6, "2", 0.351, "Slow roasting and very patient people."),
    Said(36.4, 40.2, "1", 0.288, "That is damn good coffee!"),
    Said(53.1, 56.0, "1", 0.519, "See you next time."),
)

ENTITIES: Final = (
    ("audio.keyword.name.person", "Mira", 0),
    ("audio.keyword.name.location", "Helsinki", 2),
    ("audio.keyword.name.organization", "Nordlys Coffee", 1),
    ("audio.keyword.novelty_word", "espresso", 3),
    ("audio.keyword.compliance", "damn", 5),
)
"""Notable words, and the line that they are said in."""


class Section(NamedTuple):
    """What a stretch is about, and how suitable it is for advertisements."""

    label: str
    category: str
    source: str
    start: float
    end: float
    score: float
    best: float


SECTIONS: Final = (
    Section("Food & Drink", "210", "speech", 11.6, 36.0, 0.483, 17.0),
    Section("Travel", "653", "visual", 0.0, 11.6, 0.266, 2.0),
)

_SUMMARY: Final = (
    "A harbour guide visits a Helsinki coffee roastery and asks its founder what sets the "
    "espresso apart."
)
UNTIMED: Final = (
    ("audio.speech_detailed.stats", "speech statistics", None),
    ("audio.speech_summary", _SUMMARY, None),
    ("audio.speech_summary.keyword", "coffee roastery", None),
    ("audio.speech_summary.keyword", "harbour", None),
    ("topic.iab", "Food & Drink", "IAB8"),
    ("topic.iab", "Travel", "IAB20"),
    ("topic.general", "coffee culture", None),
    ("topic.genre", "interview", None),
    ("external.keyword.novelty_word", "roastery", None),
    ("external.keyword.name.location", "Helsinki", None),
)
"""What holds for the whole: type, label, and the id in the IAB taxonomy."""

CAPTIONS: Final = (
    (0, "Small fishing boats lie moored in a calm harbour at sunrise."),
    (1, "A woman in a red raincoat speaks to the camera on a wooden pier."),
    (2, "A man places a coffee cup on a counter below a painted shop sign."),
    (4, "The man answers beside an open laptop and a row of coffee bags."),
    (5, "The woman tastes an espresso while someone smokes outside the window."),
    (6, "A child runs after a brown dog along the quay."),
    (7, "A wide view of the harbour as a ferry leaves, with a title at the top."),
)
"""Shot, and the sentence about it."""


def words(said: Said) -> Iterator[tuple[str, float, float]]:
    """The words of a line on the frames of the video: the longer a word, the longer it takes."""
    spoken = said.text.split()
    letters = sum(len(word) + 1 for word in spoken)
    first, last = round(said.start * RATE), round(said.end * RATE)
    done = 0
    for word in spoken:
        start = first + (last - first) * done // letters
        done += len(word) + 1
        yield (
            word,
            start / RATE,
            max(start + 1, first + (last - first) * done // letters - 1) / RATE,
        )
