"""Telling customers: of their jobs at the callback of each, of the rest at subscriptions."""

from __future__ import annotations

from pydantic import SecretStr

from vidiom.emulation.outbox import Message, Outbox
from vidiom.emulation.refusal import Json
from vidiom_deepva.emulation.behaviour import Behaviour
from vidiom_deepva.emulation.hooks import Hooks
from vidiom_deepva.emulation.jobs import Job, Jobs, State
from vidiom_deepva.emulation.signing import Signer
from vidiom_deepva.emulation.telling import due, envelope, wanted
from vidiom_deepva.emulation.writing import job_written

__all__ = ["Announcer"]

_LAST = frozenset({"on_completed", "on_failed"})


class Announcer:
    """Knows what was told, so that everything is told once."""

    def __init__(self, store: Jobs, hooks: Hooks, behaviour: Behaviour) -> None:
        """Nobody was told anything yet."""
        self._store = store
        self._hooks = hooks
        self._behaviour = behaviour
        self.outbox = Outbox(Signer(behaviour, behaviour.webhook_secret))

    async def tell_early(self, job: Job, base: str) -> None:
        """The end is told before the answer to the submission."""
        if job.fault == "callback_early":
            await self._tell(job, "on_completed", None, State("completed", (), 1.0), base)

    async def tell_due(self, base: str, *jobs: Job) -> None:
        """What is due now that somebody looked at the jobs."""
        for job in jobs:
            if job.request.hook is None or job.id not in self._store.all:
                continue
            state = self._store.state(job)
            for event, row in [*due(job, state, self._behaviour)]:
                await self._tell(job, event, row, state, base)

    async def _tell(self, job: Job, event: str, row: Json | None, state: State, base: str) -> None:
        hook = job.request.hook
        name = None if hook is None else wanted(event, hook.events)
        # of the rows, each is told once
        about = event if row is None else f"{event} {row['module']} {row['frame_start']}"
        if hook is None or name is None or about in job.told:
            return
        job.told.add(about)
        written = job_written(job, state, self._behaviour, base)
        body = envelope(name, self._behaviour.now().timestamp(), written, row)
        message = Message.of(hook.callback, job.id, name, body, last=event in _LAST)
        await self.outbox.tell(message, job.fault)

    async def release(self, job: Job) -> None:
        """A late delivery comes when the results have been fetched already."""
        await self.outbox.release(job.id)

    async def tell_subscribers(self, owner: int, event: str, data: Json) -> None:
        """What happened to a resource; the body is assumed to be like that of jobs."""
        for subscription in self._hooks.to(owner, event):
            body: Json = {
                "event": event,
                "timestamp": self._behaviour.now().timestamp(),
                "data": data,
            }
            secret = SecretStr(subscription.secret) if subscription.secret else None
            signing = Signer(self._behaviour, secret)
            message = Message.of(subscription.url, subscription.id, event, body, signing=signing)
            await self.outbox.tell(message)
