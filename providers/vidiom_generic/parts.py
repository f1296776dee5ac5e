"""The parts of a raw answer: what each holds, which features it answers, what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from vidiom.schema.features import Feature
from vidiom_generic import wire

__all__ = ["FEATURES", "REDUNDANT", "VIDEO", "WIRE_TYPES"]

VIDEO: Final = "video"
"""The raw part that is the answer to a video."""

# Everything is looked for in every job: there is no way to ask for less.
FEATURES: Final[Mapping[Feature, str]] = {
    Feature.SHOTS: "raw_scenes",
    Feature.SECTIONS: "sections",
    Feature.LABELS: "tags, of images",
    Feature.PERSONS: "person_constellation_scenes, person_ids of images",
    Feature.TEXT: "ocr_results",
    Feature.ACTIVITY: "frame_activity_diffs",
    Feature.THUMBNAILS: "face_thumbnail",
}

WIRE_TYPES: Final[Mapping[str, Any]] = {
    VIDEO: wire.VideoAnswer,
    "images/*": wire.BatchAnswer,
    "batch": wire.Batch,
}

REDUNDANT: Final[Mapping[str, str]] = {
    "images/*/result/ocr_results/*/time_segment/*": "an image has no time",
}
