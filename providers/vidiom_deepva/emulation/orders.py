"""What ``POST /jobs/`` is asked for, checked as far as the documentation goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from vidiom.emulation.refusal import Json, Refusal
from vidiom_deepva.emulation.refusal import wrong

__all__ = ["Hook", "NewJob", "new_job"]

# https://docs.deepva.com/core-resources/job
_SCHEMES: Final = frozenset({"http", "https", "storage"})
_REQUIRED: Final = "This field is required."
_RANGES: Final[Mapping[str, tuple[str, float, float]]] = {
    "face_recognition": ("max_distance", 0.0, 2.0),
    "face_attributes": ("max_distance", 0.0, 2.0),
    "object_scene_recognition": ("min_confidence", 0.0, 100.0),
    "landmark_recognition": ("min_similarity", 0.0, 1.0),
    "speaker_identification": ("min_similarity", 0.0, 1.0),
    "text_recognition": ("threshold", 0.0, 1.0),
}
"""The documented range of the argument that decides most."""


@dataclass(frozen=True)
class Hook:
    """Where a job is told of."""

    events: tuple[str, ...]
    callback: str = field(repr=False)

    def written(self) -> Json:
        """As it stands in the job."""
        return {"events": [*self.events], "callback": self.callback}


@dataclass(frozen=True)
class NewJob:
    """A request that was accepted."""

    sources: tuple[str, ...]
    modules: Mapping[str, Mapping[str, object]]
    tag: str = ""
    ttl: int | None = None
    hook: Hook | None = None


def new_job(body: Mapping[str, object], modules: Collection[str], *, allow_files: bool) -> NewJob:
    """The request of a JSON body.

    Raises:
        Refusal: Something is missing or cannot be; the first such field is named.
    """
    return NewJob(
        sources=_sources(body.get("sources"), allow_files=allow_files),
        modules=_modules(body.get("modules"), modules),
        tag=_tag(body.get("tag", "")),
        ttl=_ttl(body.get("ttl")),
        hook=_hook(body.get("webhook")),
    )


def _sources(value: object, *, allow_files: bool) -> tuple[str, ...]:
    if value is None:
        raise wrong("sources", _REQUIRED)
    if not isinstance(value, list) or not value:
        raise wrong("sources", "Expected a list of at least one source.")
    schemes = _SCHEMES | ({"file"} if allow_files else set())
    for source in value:
        if not _is_url(source, schemes):
            raise wrong("sources", "Enter a valid source.")
    return tuple(value)


def _is_url(value: object, schemes: Collection[str]) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc or parts.scheme == "file")


def _modules(value: object, known: Collection[str]) -> dict[str, dict[str, object]]:
    if value is None:
        raise wrong("modules", _REQUIRED)
    if not isinstance(value, Mapping) or not value:
        raise wrong("modules", "Expected at least one module.")
    unknown = [name for name in value if name not in known]
    if unknown:
        raise wrong("modules", *(f"Unknown module: {name}" for name in unknown))
    told: dict[str, dict[str, object]] = {}
    for name, arguments in value.items():
        if not isinstance(arguments, Mapping):
            raise wrong("modules", f"{name}: expected a dictionary of arguments.")
        _check(name, arguments)
        told[name] = dict(arguments)
    return told


def _check(module: str, arguments: Mapping[str, object]) -> None:
    if module not in _RANGES:
        return
    name, least, most = _RANGES[module]
    value = arguments.get(name, least)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise wrong("modules", f"{module}: {name} must be from {least:g} to {most:g}.")
    model = arguments.get("model", "any")
    if not isinstance(model, str) or not model.strip():
        raise Refusal(400, "Invalid model name")


def _tag(value: object) -> str:
    if not isinstance(value, str):
        raise wrong("tag", "Not a valid string.")
    return value


def _ttl(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise wrong("ttl", "A valid number of seconds is required.")
    return value


def _hook(value: object) -> Hook | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise wrong("webhook", "Expected a dictionary.")
    events, callback = value.get("events"), value.get("callback")
    if not isinstance(events, list) or not all(isinstance(one, str) for one in events):
        raise wrong("webhook", "events: expected a list of names.")
    if not isinstance(callback, str) or not _is_url(callback, {"http", "https"}):
        raise wrong("webhook", "callback: enter a valid URL.")
    return Hook(tuple(events), callback)
