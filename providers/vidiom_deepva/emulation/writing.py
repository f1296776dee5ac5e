"""How a job is written (https://docs.deepva.com/core-resources/job)."""

from __future__ import annotations

from vidiom.emulation.refusal import Json
from vidiom_deepva.emulation.behaviour import Behaviour
from vidiom_deepva.emulation.found import summary
from vidiom_deepva.emulation.jobs import Job, State
from vidiom_deepva.emulation.moments import job_time

__all__ = ["job_written"]


def job_written(job: Job, state: State, behaviour: Behaviour, base: str) -> Json:
    """A job in an answer or a delivery, with links below this address."""
    request = job.request
    duration = 0.0
    if job.time_started is not None:
        end = job.time_completed or behaviour.now()
        duration = round((end - job.time_started).total_seconds(), 3)
    told: Json = {
        "id": job.id,
        "tag": request.tag,
        "state": state.word,
        "errors": [*state.errors],
        "progress": state.progress,
        "duration": duration,
        "time_created": job_time(job.time_created, behaviour, first=True),
        "time_started": job_time(job.time_started, behaviour),
        "time_completed": job_time(job.time_completed, behaviour),
        "sources": [*request.sources],
        "modules": _modules(job, state, behaviour),
        "media_type": _media_type(job, state),
        "ttl": request.ttl,
    }
    if behaviour.result_field:
        told["result"] = None if state.word != "completed" else _result(job, behaviour, base)
    if request.hook is not None:
        told["webhook"] = request.hook.written()
    return told


def _modules(job: Job, state: State, behaviour: Behaviour) -> Json:
    """Arguments, and how far each module is: one after the other."""
    told: Json = {}
    count, failing = len(job.request.modules), job.failing(behaviour)
    for number, (name, arguments) in enumerate(job.request.modules.items()):
        share = min(1.0, max(0.0, round(state.progress * count - number, 2)))
        word = state.word
        if word == "completed" and name in failing:
            word = "failed"
        elif not state.ended and word != "waiting":
            word = "completed" if share == 1 else "processing" if share else "waiting"
        told[name] = {**arguments, "state": word, "progress": share}
    return told


def _media_type(job: Job, state: State) -> str | None:
    first = job.outcomes[0]
    known = state.word != "waiting" and first.done and first.failure is None
    return first.findings().facts.media_type if known else None


def _result(job: Job, behaviour: Behaviour, base: str) -> Json:
    """The deprecated ``result``, with its links."""
    link = f"{base}/jobs/{job.id}"
    return {
        "detailed_link": f"{link}/detailed-results/",
        "summarized_link": f"{link}/summarized-results/",
        "summary": summary(job, behaviour),
    }
