"""The results of jobs: rows, summaries, files and paragraphs, once a job is finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vidiom.emulation.refusal import Json, Refusal
from vidiom_deepva.emulation.behaviour import Behaviour
from vidiom_deepva.emulation.call import Answer, Call
from vidiom_deepva.emulation.found import Detailed, files, summarized, told
from vidiom_deepva.emulation.jobs import Job, Jobs
from vidiom_deepva.emulation.refusal import not_found
from vidiom_deepva.emulation.rows import File
from vidiom_deepva.emulation.writing import job_written

__all__ = ["Results"]

_FIRST_FILE = 0xA1
_SPEECH = "speech_recognition"


class Results:
    """What finished jobs have to tell; one that still runs, or failed, has nothing."""

    def __init__(self, store: Jobs, behaviour: Behaviour, counters: Counter[str]) -> None:
        """Of these jobs."""
        self._store = store
        self._behaviour = behaviour
        self._counters = counters

    def _finished(self, call: Call) -> Job | None:
        job = self._store.find(call.owner, call.names["job"])
        if call.fault_kind == "expired_result":
            del self._store.all[job.id]
            raise not_found()
        return job if self._store.state(job).word == "completed" else None

    def detailed(self, call: Call) -> Sequence[Json]:
        """Rows that are written when they are looked at."""
        job = self._finished(call)
        self._counters["detailed_results"] += 1
        return [] if job is None else Detailed(told(job, self._behaviour))

    def summarized(self, call: Call) -> list[Json]:
        """One for each thing that is told of the whole."""
        job = self._finished(call)
        if job is None:
            return []
        return [
            {
                "id": f"{number:08x}{job.id[8:]}",
                "type": one.type,
                "source": source,
                "module": module,
                "meta": dict(one.meta),
            }
            for number, (module, source, one) in enumerate(summarized(job, self._behaviour))
        ]

    def artifacts(self, call: Call) -> list[Json]:
        """Only the id can be relied on."""
        return [
            {"id": name, "name": file.name, "module": module}
            for name, (module, file) in self._files(call).items()
        ]

    def artifact_file(self, call: Call) -> Answer:
        """The content of one."""
        made = self._files(call)
        if call.names["artifact"] not in made:
            raise not_found()
        _, file = made[call.names["artifact"]]
        return Answer(file.content, media_type=file.media_type)

    def _files(self, call: Call) -> dict[str, tuple[str, File]]:
        job = self._finished(call)
        if job is None:
            return {}
        found = files(job, self._behaviour)
        return {f"{number:08x}{job.id[8:]}": one for number, one in enumerate(found, _FIRST_FILE)}

    def heard(self, owner: int, name: str) -> tuple[Json, Sequence[Json]] | None:
        """A job and what was said in it, for a transcript; ``None`` without speech."""
        try:
            job = self._store.find(owner, name)
        except Refusal:
            return None
        state = self._store.state(job)
        if state.word != "completed" or _SPEECH not in job.request.modules:
            return None
        rows = [
            {
                "text": row.meta["text"],
                "time_start": row.start,
                "time_end": row.end,
                "speaker": "Speaker 1",
            }
            for part in told(job, self._behaviour)
            if part.module == _SPEECH
            for row in part.rows
        ]
        written = job_written(job, state, self._behaviour, "")
        written.pop("result", None)
        return written, rows
