"""The one workflow that DBOS runs for each job: advance it, wait, advance it again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from vidiom.engines.port import Again, Failed, Next, WorkQueue

if TYPE_CHECKING:
    from dbos import EnqueueOptions

__all__ = ["VERSION", "WAKE", "WORKFLOW", "Runner", "at_work", "outcome", "queue_data", "register"]

WORKFLOW: Final = "vidiom.job"
WAKE: Final = "vidiom.wake"
"""Topic of the messages to waiting workflows: ``wake`` or ``cancel``."""
VERSION: Final = "vidiom-1"
"""Of the workflow below. Left to itself, DBOS takes a hash of all code, and an upgrade of anything
would leave behind what was begun before it. Raised only with a workflow that cannot go on with what
the former one has recorded."""
_ATTEMPTS: Final = 1_000_000
"""Every restart of a worker counts as one attempt at what it was in the middle of."""
_STEP: Final[Any] = {
    "name": "step",
    "retries_allowed": True,
    "max_attempts": 10,
    "interval_seconds": 1.0,
    "backoff_rate": 2.0,
}
"""A step that raises would end the workflow; ours raises nothing, but its record may fail."""


class Runner(Protocol):
    """What runs the steps in this process."""

    @property
    def under_way(self) -> set[str]:
        """Ids of the workflows that this process is in the middle of."""

    async def stepped(self, job_id: str, queue: str) -> dict[str, Any]:
        """One step; its outcome in plain JSON, which DBOS keeps."""

    def moved_on(self, job_id: str, queue: WorkQueue) -> EnqueueOptions:
        """How the job goes on in another queue; no database is asked."""


at_work: Final[list[Runner]] = []
"""The engine that works in this process; DBOS knows one instance a process, and so do we."""


@cache
def register() -> None:
    """Make the workflow known to DBOS: when a worker begins, and not before."""
    from dbos import DBOS, WorkflowSerializationFormat  # noqa: PLC0415

    DBOS.workflow(
        name=WORKFLOW,
        max_recovery_attempts=_ATTEMPTS,
        serialization_type=WorkflowSerializationFormat.PORTABLE,
    )(_job)


async def _job(job_id: str, waits_in: dict[str, Any]) -> dict[str, Any]:
    """The whole workflow. It stays tiny: what is in the middle of it goes on after an upgrade."""
    from dbos import DBOS  # noqa: PLC0415

    runner, run_id = at_work[-1], DBOS.workflow_id or job_id
    runner.under_way.add(run_id)
    try:
        return await _followed(runner, job_id, WorkQueue(**waits_in))
    finally:
        runner.under_way.discard(run_id)


async def _followed(runner: Runner, job_id: str, queue: WorkQueue) -> dict[str, Any]:
    from dbos import DBOS  # noqa: PLC0415

    while True:
        then = await DBOS.run_step_async(_STEP, runner.stepped, job_id, queue.name)
        if then["then"] != "again":
            return then
        other = WorkQueue(**then["queue"])
        if other.name != queue.name:
            options = runner.moved_on(job_id, other)
            await DBOS.enqueue_workflow_with_options_async(options, job_id, then["queue"])
            return {"then": "elsewhere"}
        if await DBOS.recv_async(WAKE, timeout_seconds=then["after"]) == "cancel":
            return {"then": "canceled"}


def outcome(then: Next) -> dict[str, Any]:
    """What comes next, in plain JSON."""
    if isinstance(then, Again):
        return {"then": "again", "after": then.after, "queue": queue_data(then.queue)}
    if isinstance(then, Failed):
        return {"then": "failed", "reason": then.reason}
    return {"then": "done"}


def queue_data(queue: WorkQueue) -> Mapping[str, str | int | float | None]:
    """A queue in plain JSON."""
    return {
        "name": queue.name,
        "jobs_at_once": queue.jobs_at_once,
        "starts": queue.starts,
        "period_seconds": queue.period_seconds,
    }
