"""The core with its detections and lists as they came, to be decoded a few at a time."""

from __future__ import annotations

from msgspec import Raw, Struct, field

from vidiom_valossa import metadata

__all__ = ["OpenedCore", "OpenedGroupings"]


class OpenedGroupings(Struct, gc=False):
    """``detection_groupings``; its list of words is as long as the transcript."""

    by_detection_type: dict[str, Raw] | None = None
    by_second: Raw = field(default_factory=Raw)


class OpenedCore(metadata.Header, gc=False):
    """``job_results?type=core``.

    Decoded together, the detections take more than the answer. Read a few at a time, most are
    neutral before the next ones are there.
    """

    detections: Raw = field(default_factory=Raw)
    detection_groupings: OpenedGroupings | None = None
    segmentations: metadata.Segmentations | None = None
