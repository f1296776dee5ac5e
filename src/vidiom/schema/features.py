"""What may be asked for, in neutral words."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from vidiom.errors import UnknownFeature

__all__ = ["Feature", "parse_features"]


class Feature(StrEnum):
    """Something one may ask a provider for.

    Which of them a provider can be asked for follows from its code; ``vidiom providers`` lists it.
    """

    SHOTS = "shots"
    """Runs of frames between two cuts or gradual transitions."""
    SCENES = "scenes"
    """Runs of shots that belong together."""
    SECTIONS = "sections"
    """Stretches of the media with a role: black, freeze, intro, credits."""
    LABELS = "labels"
    """Concepts seen or heard, without a place."""
    OBJECTS = "objects"
    """Things with a place in the picture."""
    FACES = "faces"
    """Faces, who they belong to where a gallery knows them, their boxes and attributes."""
    PERSONS = "persons"
    """People as a whole, and who appears together."""
    TEXT = "text"
    """Writing in the picture."""
    SPEECH = "speech"
    """What is said, with words and speakers where the provider has them."""
    SOUNDS = "sounds"
    """What is heard besides words: music, singing, silence, events."""
    LOGOS = "logos"
    """Brand marks."""
    LANDMARKS = "landmarks"
    """Well-known places."""
    MODERATION = "moderation"
    """What may be unsuitable for some viewers."""
    TOPICS = "topics"
    """What it is about, in some scheme of categories."""
    KEYWORDS = "keywords"
    """Notable words of speech, text or description."""
    ENTITIES = "entities"
    """Named people, places and organisations that are spoken or written of."""
    EMOTIONS = "emotions"
    """Apparent outward signs of emotion, in faces or voices."""
    CAPTIONS = "captions"
    """Sentences that describe the picture."""
    SUMMARY = "summary"
    """A short text about the whole."""
    COLORS = "colors"
    """Dominant colours."""
    LOUDNESS = "loudness"
    """Loudness over time (EBU R 128)."""
    ACTIVITY = "activity"
    """How much the picture changes over time."""
    THUMBNAILS = "thumbnails"
    """Small pictures of what was found."""


def parse_features(words: Iterable[str]) -> frozenset[Feature]:
    """The features named by the words.

    Raises:
        UnknownFeature: A word is no feature; the message lists all that exist.
    """
    if isinstance(words, str):
        words = [words]
    found: set[Feature] = set()
    unknown: list[str] = []
    for word in words:
        try:
            found.add(Feature(word))
        except ValueError:
            unknown.append(str(word))
    if unknown:
        names = ", ".join(sorted(feature.value for feature in Feature))
        missing = ", ".join(repr(word) for word in sorted(unknown))
        msg = f"no such feature: {missing}. Features are: {names}."
        raise UnknownFeature(msg)
    return frozenset(found)
