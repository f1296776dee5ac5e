"""A whole raw answer without a server: the job, and its results page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from vidiom.emulation.analyst import Failure
from vidiom.emulation.refusal import Json
from vidiom_deepva.emulation.behaviour import Behaviour
from vidiom_deepva.emulation.found import Detailed, summarized, told
from vidiom_deepva.emulation.jobs import Job, State
from vidiom_deepva.emulation.orders import NewJob
from vidiom_deepva.emulation.paging import Page, Window
from vidiom_deepva.emulation.rows import Arguments, Story
from vidiom_deepva.emulation.writing import job_written

__all__ = ["answer_parts"]

_JOB: Final = "3f2b6a54-8c1e-4d0a-9a77-5b1f0c9d2e41"
_SOURCE: Final = "storage://Qm7Zt2LxKd94RbVaYw1c"
_BASE: Final = "https://api.deepva.com/api/v1"
_CREATED: Final = datetime(2026, 6, 11, 9, 28, 44, 615_000, tzinfo=UTC)
_DONE: Final = State("completed", (), 1.0)


@dataclass(frozen=True)
class _Held:
    """A story that is known."""

    story: Story
    fetched: bool = True
    done: bool = True
    failure: Failure | None = None

    def findings(self) -> Story:
        return self.story


def answer_parts(
    story: Story, modules: Mapping[str, Arguments], limit: int
) -> Iterator[tuple[str, bytes]]:
    """Name and content of each part, as the adapter fetches them."""
    behaviour = Behaviour()
    job = Job(
        id=_JOB,
        owner=0,
        request=NewJob((_SOURCE,), modules, "example"),
        outcomes=(_Held(story),),
        created=0.0,
        time_created=_CREATED,
        time_started=_CREATED + timedelta(seconds=2),
        time_completed=_CREATED + timedelta(seconds=96),
    )
    yield "job", msgspec.json.encode(job_written(job, _DONE, behaviour, _BASE))
    rows = Detailed(told(job, behaviour))
    yield from _pages(rows, "detailed-results", limit)
    brief: list[Json] = [
        {
            "id": f"{number:08x}{_JOB[8:]}",
            "type": one.type,
            "source": source,
            "module": module,
            "meta": dict(one.meta),
        }
        for number, (module, source, one) in enumerate(summarized(job, behaviour))
    ]
    yield from _pages(brief, "summarized-results", limit)


def _pages(rows: Sequence[Json], name: str, limit: int) -> Iterator[tuple[str, bytes]]:
    address = f"{_BASE}/jobs/{_JOB}/{name}/"
    for number, offset in enumerate(range(0, max(1, len(rows)), limit)):
        page = Page.cut(rows, Window(limit, offset), address, bare=False)
        yield f"{name.replace('-', '_')}/{number}", msgspec.json.encode(page.written())
