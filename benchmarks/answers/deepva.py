"""Pages of rows as the emulator tells them, of any number: writing on the screen, and faces."""

from __future__ import annotations

from collections.abc import Mapping

from vidiom_deepva.emulator import canned_answer

__all__ = ["BOX_BYTES", "ROW_BYTES", "faces", "texts"]

ROW_BYTES = 388
"""Of a row of writing, with its box."""
BOX_BYTES = 90
"""Of a box, with its share of the row."""
_BOXES_A_FACE = 100
"""Four seconds of a face in every frame."""


def texts(megabytes: float) -> Mapping[str, bytes]:
    """So many rows of OCR in pages of 500."""
    rows = max(1, round(megabytes * 1e6 / ROW_BYTES))
    return canned_answer({"text_recognition": {}}, rows=rows)


def faces(megabytes: float) -> Mapping[str, bytes]:
    """Rows of faces, each with a box for every frame."""
    boxes = max(1, round(megabytes * 1e6 / BOX_BYTES))
    rows = max(1, round(boxes / _BOXES_A_FACE))
    return canned_answer({"face_recognition": {}}, rows=rows, boxes=_BOXES_A_FACE)
