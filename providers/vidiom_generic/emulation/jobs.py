"""Jobs: how they move on, and what is said of them on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vidiom.emulation.analyst import Outcome
from vidiom.emulation.refusal import Json
from vidiom.schema.latency import MediaType
from vidiom_generic.emulation.behaviour import Behaviour
from vidiom_generic.emulation.orders import Webhook

__all__ = ["Asset", "Job"]


@dataclass(frozen=True)
class Asset:
    """One video, or one image of a batch, and what will have been found in it."""

    external_id: str
    outcome: Outcome[Json] | None
    failure: tuple[str, str] | None = None
    """Code and message, where it was refused at once."""


@dataclass
class Job:
    """One job, as bought."""

    id: str
    owner: int
    kind: MediaType
    assets: Sequence[Asset]
    webhook: Webhook | None = field(repr=False)
    created: float
    bound: int | None = None
    """``Max-Processing-Time``."""
    fault: str | None = None
    """What was settled to go wrong with it."""
    polls: int = 0
    called_back: bool = False
    over: bool = False
    """It has ended before anybody asked."""

    def state(self, behaviour: Behaviour) -> str:
        """The vendor's word for how far it is."""
        stage = behaviour.stage(polls=self.polls, created=self.created)
        known = all(one.outcome is None or one.outcome.done for one in self.assets)
        if not self.over and (stage is not None or not known):
            name = stage or behaviour.stages[-1][0]
            return "thinking_hard" if self.fault == "unknown_state" else name
        return "failed" if self._failure() is not None else "finished"

    def document(self, behaviour: Behaviour) -> Json:
        """What is said of it: with everything that was found once it has ended."""
        state = self.state(behaviour)
        said: Json = {"job_id": self.id, "status": state}
        if state == "failed" and self.fault != "failed_without_reason":
            code, message = self._failure() or ("internal_error", "Unexpected failure.")
            said["error"] = {"code": code, "message": message}
        if state == "finished" and self.fault != "without_member":
            said |= self._found()
        return said

    @property
    def lost(self) -> bool:
        """Whether it was settled that the job fails."""
        return self.fault in ("failed_job", "failed_without_reason")

    def _failure(self) -> tuple[str, str] | None:
        if self.lost:
            return "internal_error", "The media could not be processed."
        if self.kind == "image":
            return None
        return _failure(self.assets[0])

    def _found(self) -> Json:
        if self.kind == "video":
            outcome = self.assets[0].outcome
            return {"result": outcome.findings() if outcome is not None else {}}
        items = [self._item(asset) for asset in self.assets]
        match self.fault:
            case "failed_items":
                items[-1] = {**_named(self.assets[-1]), "status": "failed"}
            case "without_ids":
                items = [{k: v for k, v in one.items() if k != "external_id"} for one in items]
            case "repeated_ids":
                items = [{**one, "external_id": self.assets[0].external_id} for one in items]
            case "lost_items":
                items = items[:-1]
            case _:
                pass
        return {"items": items}

    def _item(self, asset: Asset) -> Json:
        failure = _failure(asset)
        if failure is not None:
            code, message = failure
            said = {"code": code, "message": message}
            return {**_named(asset), "status": "failed", "error": said}
        found = asset.outcome.findings() if asset.outcome is not None else {}
        return {**_named(asset), "result": found}


def _named(asset: Asset) -> Json:
    return {"external_id": asset.external_id}


def _failure(asset: Asset) -> tuple[str, str] | None:
    if asset.failure is not None:
        return asset.failure
    failure = asset.outcome.failure if asset.outcome is not None else None
    if failure is None:
        return None
    return "unreadable", f"The media could not be read. {failure.reason}".rstrip()
