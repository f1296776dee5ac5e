"""Where a result comes from: each item's source, the whole's provenance, notices to its reader."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, Field

from vidiom.schema.features import Feature
from vidiom.schema.model import JsonObject, Model
from vidiom.schema.values import Value, as_dataclass

__all__ = ["Notice", "NoticeCode", "Provenance", "RawPartInfo", "Source"]


@as_dataclass
class Source(Value, frozen=True, gc=False):
    """Where in the raw answer a detection stands, in the vendor's own words."""

    part: str
    """Name of the raw part, such as ``core``."""
    pointer: str
    """JSON pointer (RFC 6901) into that part; empty for the whole of it."""
    type: str | None = None
    """The vendor's type name."""
    id: str | None = None
    """The vendor's id; unique only in that answer unless the vendor says more."""


class NoticeCode(StrEnum):
    """Why a reader must know."""

    UNMAPPED = "unmapped"
    """Something of the raw answer has no neutral field; it stands in the raw answer only."""
    ASSUMED = "assumed"
    """A meaning was taken that the vendor does not document."""
    REPAIRED = "repaired"
    """A value broke the vendor's own rules and was put right or left out."""
    FAILED_IN_PART = "failed_in_part"
    """A part of the analysis failed; the rest is here."""
    NOT_AVAILABLE = "not_available"
    """Something asked for was not made: not in the plan, not installed, nothing to analyse."""
    IGNORED = "ignored"
    """An option or feature that was asked for could not be passed on."""


class Notice(Model):
    """Something that a reader of the result must know."""

    code: NoticeCode
    message: str
    """One or two sentences for a person, with what to do next where something can be done."""
    features: tuple[Feature, ...] = ()
    """The features concerned."""
    count: int | None = None
    """How many items are concerned, when it can be counted."""
    source: Source | None = None
    """Where in the raw answer, when there is one place."""


class RawPartInfo(Model):
    """One part of the raw answer that a result was read from."""

    name: str
    sha256: str
    """Digest of the bytes as received, in hex; also its name in the archive."""
    size: int
    """Bytes as received."""
    media_type: str | None = None


class Provenance(Model):
    """Who found this, with what, and when."""

    provider: str
    """Name of the provider."""
    adapter_version: str
    """Version of the adapter whose rules were used to read the raw answer."""
    account: str | None = None
    """Named account of the configuration, if not the default one."""
    job_id: str | None = None
    """Our id of the job."""
    vendor_job_id: str | None = None
    """The vendor's id of the job."""
    vendor_versions: dict[str, str] = Field(default_factory=dict)
    """Versions that the vendor states: of its API, formats, back end, models."""
    asked_features: tuple[Feature, ...] = ()
    """What was asked for."""
    applied: JsonObject = Field(default_factory=dict)
    """Options as the vendor applied them, where it says so."""
    ignored: tuple[str, ...] = ()
    """Options and features that could not be passed on."""
    submitted_at: AwareDatetime | None = None
    fetched_at: AwareDatetime | None = None
    """When the raw answer was received."""
    raw: tuple[RawPartInfo, ...] = ()
    """The parts of the raw answer."""
