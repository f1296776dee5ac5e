"""Transcripts with variants and versions: where people correct what was recognised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from vidiom.flow.effects import Flow
from vidiom_deepva.library.resources import Discreet, Resource
from vidiom_deepva.paging import Pages
from vidiom_deepva.wire import Job

R = TypeVar("R", bound=Discreet)

__all__ = ["Paragraph", "Transcript", "TranscriptVariant", "TranscriptVersion", "Transcripts"]


# https://docs.deepva.com/core-resources/transcript-editor/transcript; paths without a final slash
class Transcript(Discreet, gc=False):
    """The transcript of a job."""

    id: str | None = None
    tag: str | None = None
    job: Job | None = None
    source: str | None = None
    time_created: str | None = None
    time_updated: str | None = None


class TranscriptVariant(Discreet, gc=False):
    """The original, a translation or another form of a transcript."""

    id: str | None = None
    language: str | None = None
    """A word: ``German``."""
    name: str | None = None
    time_created: str | None = None
    time_updated: str | None = None


class TranscriptVersion(Discreet, gc=False):
    """One state of a variant; the latest is the current one."""

    id: str | None = None
    version: int | None = None
    time_created: str | None = None


class Paragraph(Discreet, gc=False):
    """Text of a version. That there are paragraphs is documented, their form and path are not."""

    id: str | None = None
    text: str | None = None
    time_start: float | None = None
    time_end: float | None = None
    speaker: str | None = None


@dataclass(frozen=True)
class Transcripts:
    """The transcripts of an account."""

    pages: Pages

    def list(self) -> Flow[tuple[Transcript, ...]]:
        """All transcripts."""
        return (yield from self._all.list())

    def get(self, transcript_id: str) -> Flow[Transcript]:
        """One transcript."""
        return (yield from self._all.get(transcript_id))

    def create(self, vendor_job_id: str) -> Flow[Transcript]:
        """A transcript of a job that ran speech recognition; its tag is the job's."""
        return (yield from self._all.create({"job_id": vendor_job_id}))

    def delete(self, transcript_id: str) -> Flow[None]:
        """Delete one."""
        yield from self._all.delete(transcript_id)

    def variants(self, transcript_id: str) -> Resource[TranscriptVariant]:
        """Its variants."""
        return self._below(TranscriptVariant, transcript_id, "variants")

    def versions(self, transcript_id: str, variant_id: str) -> Resource[TranscriptVersion]:
        """The versions of a variant, by number or id."""
        return self._below(TranscriptVersion, transcript_id, "variants", variant_id, "versions")

    def paragraphs(
        self, transcript_id: str, variant_id: str, version: str | int
    ) -> Resource[Paragraph]:
        """The paragraphs of a version (path assumed)."""
        return self._below(
            Paragraph,
            *(transcript_id, "variants", variant_id, "versions", str(version), "paragraphs"),
        )

    @property
    def _all(self) -> Resource[Transcript]:
        return Resource(
            self.pages, ("transcripts",), Transcript, item_slash=False, list_slash=False
        )

    def _below(self, kind: type[R], *steps: str) -> Resource[R]:
        return Resource(
            self.pages, ("transcripts", *steps), kind, item_slash=False, list_slash=False
        )
