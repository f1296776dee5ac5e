"""Reading the text of one picture, with RapidOCR."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from vidiom_local.analysis.boxes import Rectangle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vidiom_local.analysis.picture import Pixels

__all__ = ["LONGEST_SIDE", "ReadLine", "Reader", "rapidocr_reader"]

LONGEST_SIDE = 640
"""Detection costs a third of that at the default size, and finds the same titles."""

LEAST_SCORE = 0.6
LEAST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class ReadLine:
    text: str
    score: float
    box: Rectangle


Reader = Callable[["Pixels"], list[ReadLine]]


@runtime_checkable
class _Output(Protocol):
    """What RapidOCR answers when it found text; else it answers another type, or nulls."""

    boxes: Iterable[Iterable[Iterable[float]]] | None
    txts: Iterable[str] | None
    scores: Iterable[float] | None


def rapidocr_reader(*, threads: int) -> Reader:
    """A reader with the models that lie in the `rapidocr` package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # third-party modules warn while they are compiled
        from rapidocr import RapidOCR

    engine = RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_cls": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": LONGEST_SIDE,
            # One line at a time: padding six to the widest doubled the memory and gained nothing.
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    ask: Callable[..., object] = engine

    def read(pixels: Pixels) -> list[ReadLine]:
        import numpy as np

        # RapidOCR expects OpenCV's channel order.
        output = ask(np.ascontiguousarray(pixels[..., ::-1]), use_cls=False)
        if not isinstance(output, _Output) or output.txts is None or output.boxes is None:
            return []
        height, width = pixels.shape[:2]
        lines = zip(output.txts, output.scores or (), output.boxes, strict=True)
        return [
            ReadLine(text.strip(), float(score), _rectangle(corners, width, height))
            for text, score, corners in lines
            if float(score) >= LEAST_SCORE and _is_wordlike(text)
        ]

    return read


def _is_wordlike(text: str) -> bool:
    return sum(letter.isalnum() for letter in text) >= LEAST_LETTERS


def _rectangle(corners: Iterable[Iterable[float]], width: int, height: int) -> Rectangle:
    points = [tuple(float(value) for value in corner) for corner in corners]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    return Rectangle(
        x=round(left / width, 5),
        y=round(top / height, 5),
        width=round((right - left) / width, 5),
        height=round((bottom - top) / height, 5),
    )
