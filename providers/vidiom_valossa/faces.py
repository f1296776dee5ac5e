"""Faces, who they may be, and who appears together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vidiom.schema.detection import IdentityMatch, Reference
from vidiom.schema.detections import Face, Person
from vidiom.schema.model import JsonValue
from vidiom.schema.provenance import Source
from vidiom.schema.trusted import trusted
from vidiom_valossa import metadata
from vidiom_valossa.reading import Reading, people, tags

__all__ = ["face", "group"]

_FACE: Final = trusted(Face)
_MATCH: Final = trusted(IdentityMatch)
_NOTHING = metadata.Attributes()
_MINOR = "under_18_years"


# https://docs.valossa.com/metadata/faces-identity
def face(vendor_id: str, found: metadata.Detection, reading: Reading) -> Face:
    """One appearance of a face; the vendor gives its presence no confidence."""
    basics = reading.basics(vendor_id, found)
    detail = found.a or _NOTHING
    source = basics["source"]
    kept = tags(found)
    # that someone is a minor is personal and has a field that exports can empty
    if others := [tag for tag in kept if tag != _MINOR]:
        basics["attributes"]["tags"] = list[JsonValue](others)
    gender = detail.gender or metadata.Gender()
    return _FACE(
        **basics,
        identities=tuple(_identities(detail.similar_to or (), reading, source)),
        gender=gender.value,
        gender_confidence=reading.within(gender.c, source),
        quality=detail.quality,
        visible_seconds=detail.s_visible,
        minor=True if detail.under_18_years is not None or _MINOR in kept else None,
        track=reading.tracks.get(vendor_id),
    )


def _identities(
    candidates: tuple[metadata.Candidate, ...], reading: Reading, source: Source
) -> Iterator[IdentityMatch]:
    """Candidates in the vendor's order, the best first. An identity may be nameless."""
    for one in candidates:
        known = one.gallery_face or metadata.Named()
        gallery = one.gallery or metadata.Named()
        yield _MATCH(
            name=one.name if one.name is not None else known.name,
            confidence=reading.within(one.c, source),
            identity_id=known.id,
            gallery_id=gallery.id,
            gallery_name=gallery.name,
        )


def group(vendor_id: str, found: metadata.Detection, reading: Reading) -> Person:
    """Faces that appear together or in interaction."""
    basics = reading.basics(vendor_id, found)
    members = found.a.face_det_ids if found.a is not None else None
    kept = people(reading, members or (), basics["source"])
    return Person(**basics, references=tuple(Reference("member", one) for one in kept))
