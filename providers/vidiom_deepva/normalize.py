"""DeepVA's words in vidiom's: a result, or one for each image of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vidiom.provider import read_part, readable
from vidiom.schema.detections import AnyDetection
from vidiom.schema.jobs import JobState
from vidiom.schema.provenance import NoticeCode, Provenance
from vidiom.schema.raw import RawResult
from vidiom.schema.result import BatchItem, BatchResult, ItemFailure, Result, in_order
from vidiom_deepva import facts, parts, rows, states, wire
from vidiom_deepva.candidates import Keys
from vidiom_deepva.findings import findings
from vidiom_deepva.settings import DeepvaSettings

__all__ = ["Rules", "batch", "result"]


@dataclass(frozen=True)
class Rules:
    """How answers are read."""

    keys: Keys
    thumbnails: bool
    version: str

    @classmethod
    def of(cls, settings: DeepvaSettings, version: str) -> Rules:
        """Those of an account's settings."""
        return cls(Keys.of(settings.result_keys), settings.keep_thumbnails, version)


def result(raw: RawResult, rules: Rules) -> Result:
    """The answer in neutral words.

    Raises:
        MalformedAnswer: Nothing in it can be read.
    """
    with readable(raw.provider, "normalize"):
        found = findings(raw, rules.keys, thumbnails=rules.thumbnails)
        return Result.from_models(
            media=facts.media_facts(found.job),
            detections=in_order(found.detections),
            notices=tuple(found.reading.notes.notices()),
            provenance=facts.provenance(found.job, adapter_version=rules.version),
        )


# https://docs.deepva.com/core-resources/detailed-result: for images, frames are indexes
def batch(raw: RawResult, rules: Rules) -> BatchResult:
    """The answer to a batch of images: rows say which image they are of.

    Raises:
        MalformedAnswer: Nothing in it can be read, or which image is whose is not known.
    """
    kept = parts.sorted_out(raw).batch
    with readable(raw.provider, "normalize"):
        # the name of the part is for the error that says that there is none
        name = parts.BATCH if kept is None else kept.name
        manifest = read_part(raw, name, rows.Manifest, operation="normalize")
        names = list(dict.fromkeys(manifest.external_ids))
        found = findings(raw, rules.keys, thumbnails=rules.thumbnails, batch=True)
        by_image: dict[int, list[AnyDetection]] = {}
        for image, one in zip(found.images, found.detections, strict=True):
            by_image.setdefault(-1 if image is None else image, []).append(one)
        strangers = sum(len(of) for at, of in by_image.items() if not 0 <= at < len(names))
        if strangers:
            found.reading.notes.add(
                NoticeCode.UNMAPPED,
                "Findings that belong to no image of the batch stand in the raw answer only.",
                count=strangers,
            )
        made = facts.provenance(found.job, adapter_version=rules.version)
        return BatchResult(
            items=tuple(
                _item(name, at, by_image.get(at, ()), found.job, made)
                for at, name in enumerate(names)
            ),
            notices=tuple(found.reading.notes.notices()),
            provenance=made,
        )


def _item(
    name: str, at: int, found: Sequence[AnyDetection], job: wire.Job, made: Provenance
) -> BatchItem:
    if not found and states.STATES.get(job.state or "") is JobState.FAILED:
        said = "; ".join(states.errors_of(job)) or "the vendor gives no reason"
        return BatchItem(external_id=name, error=ItemFailure(code="failed", message=said))
    sources = job.sources or []
    media = facts.media_facts(job, sources[at]) if at < len(sources) else facts.media_facts(job)
    return BatchItem(
        external_id=name,
        result=Result.from_models(media=media, detections=in_order(found), provenance=made),
    )
