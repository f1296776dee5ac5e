"""Transcripts of jobs, their variants and versions (…/core-resources/transcript-editor)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from vidiom.emulation.identifiers import Identifiers
from vidiom.emulation.refusal import Json
from vidiom_deepva.emulation.call import Answer, Call
from vidiom_deepva.emulation.moments import stamp
from vidiom_deepva.emulation.refusal import not_found, wrong
from vidiom_deepva.emulation.shelf import Shelf

__all__ = ["Heard", "Transcript", "Transcripts"]

Heard = Callable[[int, str], "tuple[Json, Sequence[Json]] | None"]
"""A customer's job as it is written, and its paragraphs; ``None`` where it has no speech."""

_ORIGINAL: Final = "English"


@dataclass
class _Version:
    id: str
    number: int
    created: datetime
    paragraphs: Sequence[Json]

    def written(self) -> Json:
        return {"id": self.id, "version": self.number, "time_created": stamp(self.created)}


@dataclass
class _Variant:
    id: str
    language: str
    """A word."""
    name: str
    created: datetime
    updated: datetime
    versions: list[_Version] = field(default_factory=list)

    def written(self) -> Json:
        return {
            "id": self.id,
            "language": self.language,
            "name": self.name,
            "time_created": stamp(self.created),
            "time_updated": stamp(self.updated),
        }


@dataclass
class Transcript:
    """What was said in the media of a job, to be edited."""

    id: str
    owner: int
    job: Json
    created: datetime
    updated: datetime
    variants: dict[str, _Variant] = field(default_factory=dict)

    def written(self) -> Json:
        """As it stands in an answer."""
        sources = self.job["sources"]
        return {
            "id": self.id,
            "tag": self.job["tag"],
            "job": {**self.job, "is_synced_to_kg": False},
            "source": sources[0] if isinstance(sources, list) else None,
            "time_created": stamp(self.created),
            "time_updated": stamp(self.updated),
        }


class Transcripts:
    """All transcripts of all customers."""

    def __init__(self, identifiers: Identifiers, now: Callable[[], datetime], heard: Heard) -> None:
        """None yet."""
        self._ids = identifiers
        self._now = now
        self._heard = heard
        self._shelf: Shelf[Transcript] = Shelf()

    # --- transcripts ----------------------------------------------------------------------------

    def _find(self, call: Call) -> Transcript:
        return self._shelf.find(call.owner, call.names["transcript"])

    def listed(self, call: Call) -> list[Json]:
        """All."""
        return [one.written() for one in self._shelf.of(call.owner)]

    def create(self, call: Call) -> Answer:
        """Of a job that recognised speech; the original is its first variant."""
        found = self._heard(call.owner, call.text("job_id"))
        if found is None:
            raise wrong("job_id", "The job has no finished speech recognition.")
        job, paragraphs = found
        now = self._now()
        made = self._shelf.add(Transcript(self._ids.uuid(), call.owner, job, now, now))
        self._new_variant(made, _ORIGINAL, "Original", self._numbered(paragraphs))
        return Answer(made.written(), 201)

    def _numbered(self, paragraphs: Sequence[Json]) -> list[Json]:
        return [{"id": self._ids.uuid(), **one} for one in paragraphs]

    def _new_variant(
        self, transcript: Transcript, language: str, name: str, paragraphs: Sequence[Json]
    ) -> _Variant:
        now = self._now()
        made = _Variant(self._ids.uuid(), language, name, now, now)
        made.versions.append(_Version(self._ids.uuid(), 1, now, paragraphs))
        transcript.variants[made.id] = made
        return made

    def read(self, call: Call) -> Json:
        """One."""
        return self._find(call).written()

    def delete(self, call: Call) -> Answer:
        """With all variants."""
        self._shelf.remove(call.owner, call.names["transcript"])
        return Answer(None, 204)

    # --- variants -------------------------------------------------------------------------------

    def _variant(self, call: Call) -> _Variant:
        found = self._find(call).variants.get(call.names["variant"])
        if found is None:
            raise not_found()
        return found

    def list_variants(self, call: Call) -> list[Json]:
        """The original and others."""
        return [one.written() for one in self._find(call).variants.values()]

    def create_variant(self, call: Call) -> Answer:
        """With the text of the original, to be translated."""
        transcript = self._find(call)
        original = next(iter(transcript.variants.values()))
        language, name = call.text("language"), call.text("name", "")
        told = original.versions[-1].paragraphs
        made = self._new_variant(transcript, language, name or language, told)
        return Answer(made.written(), 201)

    def read_variant(self, call: Call) -> Json:
        """One."""
        return self._variant(call).written()

    def delete_variant(self, call: Call) -> Answer:
        """With all versions."""
        del self._find(call).variants[self._variant(call).id]
        return Answer(None, 204)

    # --- versions -------------------------------------------------------------------------------

    def _version(self, call: Call) -> _Version:
        """By number or by id."""
        name = call.names["version"]
        for one in self._variant(call).versions:
            if name in {one.id, str(one.number)}:
                return one
        raise not_found()

    def list_versions(self, call: Call) -> list[Json]:
        """The oldest first."""
        return [one.written() for one in self._variant(call).versions]

    def create_version(self, call: Call) -> Answer:
        """The next one, with the paragraphs of the body or those of the latest (assumed)."""
        variant = self._variant(call)
        told = call.body.get("paragraphs", variant.versions[-1].paragraphs)
        if not isinstance(told, list) or not all(isinstance(one, Mapping) for one in told):
            raise wrong("paragraphs", "Expected a list of paragraphs.")
        number = variant.versions[-1].number + 1
        made = _Version(self._ids.uuid(), number, self._now(), self._numbered(told))
        variant.versions.append(made)
        variant.updated = made.created
        return Answer(made.written(), 201)

    def read_version(self, call: Call) -> Json:
        """One."""
        return self._version(call).written()

    def delete_version(self, call: Call) -> Answer:
        """Not the last one that there is."""
        variant = self._variant(call)
        if len(variant.versions) == 1:
            raise wrong("version", "A variant has at least one version.")
        variant.versions.remove(self._version(call))
        return Answer(None, 204)

    def list_paragraphs(self, call: Call) -> list[Json]:
        """The endpoint and its rows are assumed."""
        return [dict(one) for one in self._version(call).paragraphs]
