"""Where the values of ``meta`` stand: tables of candidate keys, which a user can correct.

``meta`` is a free object for each module, and for most modules its keys are documented nowhere
that we know of. A value is taken from the first candidate that is there and fits; what no
candidate takes stays in ``attributes``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

__all__ = ["KEYS", "Keys"]

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "label": ("label", "name", "identity", "identity.name", "identity.label"),
    "identity": ("identity", "identity.name", "identity.label", "label", "name"),
    "text": ("text", "value", "content", "label"),
    "confidence": ("confidence", "score", "probability"),
    "similarity": ("similarity", "cosine_similarity"),
    "distance": ("distance",),
    "index_id": ("index_id",),
    "model": ("model", "model_name"),
    "top_k": ("top_k", "candidates"),
    "language": ("language", "lang"),
    "speaker": ("speaker", "speaker_label", "speaker_name"),
    "entities": ("entities", "named_entities", "ner"),
    "entity_type": ("type", "entity_type", "category"),
    "dictionary_hits": ("dictionary_hits", "dictionary_matches", "dictionaries", "matches"),
    "dictionary": ("dictionary_id", "dictionary", "id"),
    "words": ("words", "word_timestamps"),
    "word": ("word", "text", "label"),
    "word_start": ("time_start", "start", "start_time"),
    "word_end": ("time_end", "end", "end_time"),
    "silence": ("silence", "is_silence"),
    "response": ("response", "answer", "text", "description"),
    "structured": ("structured_response", "structured_output"),
    "bounding_box": ("bounding_box", "bbox"),
    "age": ("age",),
    "gender": ("gender",),
    "emotion": ("emotion",),
}
"""By the name to use in the setting ``result_keys``; a dot leads into an object."""

_MISSING: Final = object()


@dataclass(frozen=True)
class Keys:
    """The tables in use. Each look-up takes what it finds out of the object, if it fits."""

    table: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, corrected: Mapping[str, Sequence[str]]) -> Keys:
        """The adapter's tables with the user's in their place."""
        return cls({**KEYS, **{name: tuple(keys) for name, keys in corrected.items()}})

    def text(self, name: str, meta: dict[str, Any]) -> str | None:
        """A text, or an id that came as a number; empty counts as missing."""
        for key in self.table[name]:
            value = meta.get(key)
            if type(value) is str and value:  # nearly always
                del meta[key]
                return value
            if "." in key:
                value = _inside(meta, key)
            if isinstance(value, str) and value:
                return value
            if isinstance(value, int) and not isinstance(value, bool):
                meta.pop(key, None)
                return str(value)
        return None

    def number(self, name: str, meta: dict[str, Any]) -> float | None:
        """A number, also one that is written as a text."""
        for key in self.table[name]:
            value = meta.get(key)
            if type(value) is float and isfinite(value):  # nearly always
                del meta[key]
                return value
            number = _number(value if "." not in key else _inside(meta, key))
            if number is not None:
                meta.pop(key, None)
                return number
        return None

    def rows(self, name: str, meta: dict[str, Any]) -> list[dict[str, Any]]:
        """A list of objects; plain texts in it count as objects with a ``text``."""
        for key in self.table[name]:
            value = meta.get(key) if "." not in key else _inside(meta, key)
            if isinstance(value, list) and all(isinstance(one, (dict, str)) for one in value):
                meta.pop(key, None)
                return [{"text": one} if isinstance(one, str) else dict(one) for one in value]
        return []

    def value(self, name: str, meta: dict[str, Any]) -> object:
        """Anything that is not ``null``; else ``None``."""
        for key in self.table[name]:
            value = meta.get(key) if "." not in key else _inside(meta, key)
            if value is not None:
                meta.pop(key, None)
                return value
        return None


def _inside(meta: Mapping[str, Any], path: str) -> object:
    value: object = meta
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None
