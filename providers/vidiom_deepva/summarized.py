"""Summaries of a module: diversity statistics, captions of the whole, and what is new to us."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from vidiom.schema.detections import AnyDetection, Caption, Custom, Summary
from vidiom.schema.provenance import NoticeCode, Source
from vidiom.schema.raw import RawPart
from vidiom_deepva.reading import Reading
from vidiom_deepva.rows import SummarizedRow, summaries

__all__ = ["STATISTICS", "summarized"]

# https://docs.deepva.com/mining-modules/advanced-diversity-analysis
STATISTICS: Final = frozenset(
    {
        "gender_count",
        "age_count",
        "person_screen_time",
        "gender_screen_time",
        "age_screen_time",
        "gender_speech_time",
        "age_speech_time",
    }
)
"""Numbers about the whole media, for which there is no neutral kind and needs to be none."""


def summarized(parts: Sequence[RawPart], reading: Reading) -> Iterator[AnyDetection]:
    """Every summary; they hold for the media as a whole."""
    seen: dict[str, SummarizedRow] = {}
    for part, pointer, rows in summaries(parts, reading.notes):
        for index, row in enumerate(rows):
            if row is None:
                continue
            made = _id(row)
            number = 2
            while made in seen and seen[made] != row:
                made, number = f"{_id(row)}-{number}", number + 1
            if made in seen:
                reading.ids.repeated += 1
                continue
            seen[made] = row
            source = Source(part.name, f"{pointer}/{index}", row.type, row.id)
            yield _one(made, row, dict(row.meta or {}), source, reading)


def _id(row: SummarizedRow) -> str:
    if row.id:
        return f"summary:{row.id}"
    said = f"{row.module}\n{row.type}\n{row.source}"
    return f"summary:{hashlib.blake2b(said.encode(errors='replace'), digest_size=8).hexdigest()}"


def _one(
    made: str, row: SummarizedRow, meta: dict[str, Any], source: Source, reading: Reading
) -> AnyDetection:
    if row.type == "caption":
        text = reading.keys.text("response", meta) or reading.keys.text("text", meta)
        if text is not None:
            return Caption(id=made, label=text, text=text, source=source, attributes=meta)
    if row.type == "summary":
        text = reading.keys.text("response", meta) or reading.keys.text("text", meta)
        if text is not None:
            return Summary(id=made, label=text, text=text, source=source, attributes=meta)
    if row.type not in STATISTICS:
        reading.notes.add(
            NoticeCode.UNMAPPED,
            "Summaries of types without a neutral kind are kept in the vendor's words.",
            source,
        )
    return Custom(
        id=made,
        label=row.type or row.module or "summary",
        data=meta,
        source=source,
        attributes={"module": row.module} if row.module else {},
    )
