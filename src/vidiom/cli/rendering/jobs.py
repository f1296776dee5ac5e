"""Jobs as pages: one with all that is known, many as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from rich.console import Group
from rich.table import Table
from rich.text import Text

from vidiom.cli.progress import duration_words
from vidiom.cli.rendering.wording import share_words
from vidiom.cli.streams import shown
from vidiom.jobs.records import StateChange
from vidiom.schema.jobs import Job, JobState

__all__ = ["STYLES", "job_page", "jobs_table", "story_page"]

_ID_SHOWN, _ID_SHOWN_NARROW = 12, 8
_ROOMY = 70
STYLES = {
    JobState.SUCCEEDED: "green",
    JobState.PARTIAL: "yellow",
    JobState.FAILED: "red",
    JobState.EXPIRED: "red",
    JobState.NEEDS_REVIEW: "red",
    JobState.CANCELED: "dim",
}


def job_page(job: Job) -> Table:
    """All that is known of one job."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, words in _facts(job):
        table.add_row(name, words)
    return table


def _facts(job: Job) -> Iterator[tuple[str, Text]]:
    account = f"/{job.account}" if job.account else ""
    yield "job", Text(job.id, "bold")
    yield "media", Text(shown(job.media))
    yield "provider", Text(shown(f"{job.provider}{account}"))
    yield "state", _state(job)
    if job.stage and not job.done:
        yield "doing", Text(shown(job.stage))
    if job.progress is not None and not job.done:
        left = "" if job.eta_seconds is None else f", about {duration_words(job.eta_seconds)} left"
        yield "progress", Text(f"{share_words(job.progress)}{left}")
    if job.vendor_id is not None:
        yield "vendor's id", Text(shown(job.vendor_id))
    if job.features:
        yield "asked for", Text(", ".join(job.features))
    if job.error is not None:
        yield "reason", Text(shown(f"{job.error.message} ({job.error.code})"), "red")
    yield "created", Text(_time(job.created_at))
    yield "changed", Text(_time(job.updated_at))


def _state(job: Job) -> Text:
    words = job.state.value.replace("_", " ")
    if job.vendor_state and job.vendor_state.lower() != job.state:
        words += f" ({shown(job.vendor_state)})"
    return Text(words, STYLES.get(job.state, "cyan"))


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def story_page(job: Job, story: Sequence[StateChange]) -> Group:
    """All that is known of one job, and a row for each thing that happened to it."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("when (UTC)", no_wrap=True, style="dim")
    table.add_column("state", no_wrap=True)
    table.add_column("why", overflow="fold")
    table.add_column("by", overflow="fold", style="dim")
    for row in story:
        state = Text(row.after.value.replace("_", " "), STYLES.get(row.after, "cyan"))
        when = f"{row.at.astimezone(UTC):%m-%d %H:%M:%S}"
        table.add_row(when, state, Text(shown(row.why or "")), Text(shown(row.by or "")))
    return Group(job_page(job), "", table)


def jobs_table(jobs: Sequence[Job], *, width: int) -> Table:
    """A row for each job; the beginning of an id is enough for every command."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("job", no_wrap=True, style="bold")
    table.add_column("state", no_wrap=True)
    table.add_column("provider", no_wrap=True)
    table.add_column("media", overflow="fold")
    if width >= _ROOMY:
        table.add_column("created (UTC)", style="dim", no_wrap=True)
    length = _ID_SHOWN if width >= _ROOMY else _ID_SHOWN_NARROW
    for job in jobs:
        state = Text(job.state.value, STYLES.get(job.state, "cyan"))
        if job.progress is not None and not job.done:
            state.append(f" {share_words(job.progress)}")
        cells = [Text(job.id[:length]), state, Text(shown(job.provider)), Text(shown(job.media))]
        if width >= _ROOMY:
            cells.append(Text(f"{job.created_at.astimezone(UTC):%Y-%m-%d %H:%M}"))
        table.add_row(*cells)
    return table
