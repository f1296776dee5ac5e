"""What the job says of itself: the media, the modules and their models, times, what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from vidiom.provider.frame_rates import exact_rate
from vidiom.provider.notes import Notes
from vidiom.schema.media import MediaFacts
from vidiom.schema.model import JsonObject, JsonValue
from vidiom.schema.provenance import NoticeCode, Provenance, Source
from vidiom_deepva import states, wire
from vidiom_deepva.modules import features_of
from vidiom_deepva.times import moment

__all__ = ["arguments_of", "media_facts", "note_job", "provenance"]

_TYPES: Final[Mapping[str, Literal["video", "audio", "image"]]] = {
    "video": "video",
    "videostream": "video",
    "audio": "audio",
    "image": "image",
}
_STATE: Final = frozenset({"state", "progress"})
_COLLECTIONS: Final = frozenset({"dataset_creation", "speaker_dataset_creation"})


# https://docs.deepva.com/core-resources/job: `result.summary` is deprecated, and the only place
# that tells frame rate and length
def media_facts(job: wire.Job, source: str | None = None) -> MediaFacts:
    """The media, as far as the job describes it; of a batch, the image of this source."""
    summary = (job.result.summary if job.result is not None else None) or []
    told = next((one for one in summary if source in (None, one.source)), wire.ResultSummary())
    info = told.info or wire.MediaInfo()
    size = info.resolution or []
    width, height = (size[0], size[1]) if len(size) == 2 else (None, None)  # noqa: PLR2004
    return MediaFacts(
        type=_TYPES.get(told.media_type or job.media_type or ""),
        duration=info.duration if info.duration is not None and info.duration >= 0 else None,
        frame_rate=exact_rate(info.fps),
        frame_count=info.total_frames,
        width=width,
        height=height,
    )


def arguments_of(job: wire.Job) -> dict[str, JsonObject]:
    """What each module was asked for, with defaults where the vendor repeats them."""
    return {
        module: {name: value for name, value in said.items() if name not in _STATE}
        for module, said in (job.modules or {}).items()
    }


def provenance(job: wire.Job, *, adapter_version: str) -> Provenance:
    """Who found this, with which models, and when."""
    arguments = arguments_of(job)
    told: dict[str, JsonValue] = {module: said for module, said in arguments.items() if said}
    times = {
        "time_created": moment(job.time_created),
        "time_started": moment(job.time_started),
        "time_completed": moment(job.time_completed),
    }
    clock: JsonObject = {name: at.isoformat() for name, at in times.items() if at is not None}
    if job.duration is not None:
        clock["processing_seconds"] = job.duration
    if clock:
        told["job"] = clock
    return Provenance(
        provider="deepva",
        adapter_version=adapter_version,
        vendor_job_id=job.id,
        vendor_versions=dict(_models(arguments)),
        applied=told,
        submitted_at=times["time_created"],
    )


def _models(arguments: Mapping[str, JsonObject]) -> Iterator[tuple[str, str]]:
    for module, said in arguments.items():
        models = said.get("models")
        named = [
            one
            for one in (
                said.get("model"),
                said.get("model_key"),
                *(models if isinstance(models, list) else ()),
            )
            if isinstance(one, str)
        ]
        if named:
            yield module, ", ".join(named)


def note_job(job: wire.Job, part: str, notes: Notes) -> None:
    """Modules that did not finish, errors, times that cannot be read, what lies elsewhere."""
    if job.state not in (None, *states.STATES):
        notes.add(
            NoticeCode.ASSUMED, f"The state {job.state!r} is not known.", Source(part, "/state")
        )
    for module, word in states.unfinished(job):
        notes.add(
            NoticeCode.FAILED_IN_PART,
            f"The module {module!r} is {word}, not completed; what it found is missing or not all.",
            Source(part, f"/modules/{module}"),
            features=features_of(module),
        )
    for error in states.errors_of(job):
        notes.add(NoticeCode.FAILED_IN_PART, f"The vendor says: {error}", Source(part, "/errors"))
    for name in ("time_created", "time_started", "time_completed"):
        text: str | None = getattr(job, name)
        if text and moment(text) is None:
            notes.repaired(
                "Times of the job in an unknown notation were left out.", Source(part, f"/{name}")
            )
    for module, said in arguments_of(job).items():
        if module in _COLLECTIONS:
            target = said.get("dataset_id") or "of the account"
            notes.add(
                NoticeCode.NOT_AVAILABLE,
                f"The module {module!r} fills a dataset ({target}) and finds nothing in the media: "
                "look at the galleries.",
                Source(part, f"/modules/{module}"),
            )
