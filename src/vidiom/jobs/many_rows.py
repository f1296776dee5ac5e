"""Many jobs as rows at once: what to follow, how many there are, whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from vidiom.jobs.queries import ANSWER_SOON, OCCUPYING, Counts, JobQuery, Limits, Tracked
from vidiom.jobs.rows import moment_text
from vidiom.jobs.tables import jobs, leases
from vidiom.schema.jobs import Job, JobRef, JobState

__all__ = [
    "counted",
    "known_ids",
    "leased",
    "lets_go",
    "renewed",
    "room_for_submission",
    "tracked",
    "unfinished_accounts",
]

_WITH_RESULT = [state.value for state in JobState if state.has_result]
_MOVING = [
    state.value for state in JobState if not state.terminal and state is not JobState.NEEDS_REVIEW
]
_PAGE = 1000
"""Rows that are read at once; also how many values a statement names at most."""


class _Ref(msgspec.Struct):
    vendor_id: str
    data: dict[str, Any] = {}


class _Document(msgspec.Struct):
    """The little that is read of a job's document."""

    ref: _Ref | None = None


_decoder = msgspec.json.Decoder(_Document)


def _conditions(query: JobQuery) -> list[ColumnElement[bool]]:
    wanted: tuple[tuple[object, ColumnElement[Any]], ...] = (
        (query.provider, jobs.c.provider),
        (query.account, jobs.c.account),
        (query.campaign, jobs.c.campaign),
        (None if query.collected is None else int(query.collected), jobs.c.collected),
    )
    conditions = [column == value for value, column in wanted if value is not None]
    if query.states:
        conditions.append(jobs.c.state.in_([state.value for state in query.states]))
    if query.left_alone_since is not None:
        alone = jobs.c.updated_at <= moment_text(query.left_alone_since)
        conditions.append(or_(jobs.c.campaign.is_not(None), alone))
    if query.changed_before is not None:
        conditions.append(jobs.c.updated_at <= moment_text(query.changed_before))
    return conditions


def tracked(connection: Connection, query: JobQuery) -> list[Tracked]:
    """The little that following these jobs takes, the oldest first."""
    columns = (jobs.c.id, jobs.c.state, jobs.c.provider, jobs.c.account, jobs.c.document)
    statement = (
        select(*columns).where(*_conditions(query)).order_by(jobs.c.number).limit(query.limit)
    )
    rows = connection.execution_options(yield_per=_PAGE).execute(statement)
    return [
        Tracked(
            job_id, JobState(state), _ref(provider, account, document), account or None, provider
        )
        for job_id, state, provider, account, document in rows
    ]


def _ref(provider: str, account: str, document: str) -> JobRef | None:
    ref = _decoder.decode(document.encode()).ref
    if ref is None:
        return None
    return JobRef(
        provider=provider, account=account or None, vendor_id=ref.vendor_id, data=ref.data
    )


def counted(connection: Connection, query: JobQuery) -> Counts:
    """How many of these are in which state."""
    statement = select(jobs.c.state, jobs.c.collected, func.count()).where(*_conditions(query))
    states: dict[JobState, int] = {}
    uncollected = 0
    for state, collected, count in connection.execute(
        statement.group_by(jobs.c.state, jobs.c.collected)
    ):
        states[JobState(state)] = states.get(JobState(state), 0) + count
        uncollected += count if state in _WITH_RESULT and not collected else 0
    return Counts(states, uncollected)


def unfinished_accounts(connection: Connection, query: JobQuery) -> list[tuple[str, str]]:
    """Provider and account where one of these is unfinished."""
    waiting = jobs.c.state.in_(_WITH_RESULT) & (jobs.c.collected == 0)
    statement = (
        select(jobs.c.provider, jobs.c.account)
        .where(*_conditions(query), jobs.c.state.in_(_MOVING) | waiting)
        .distinct()
    )
    return sorted((provider, account) for provider, account in connection.execute(statement))


def known_ids(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of these ids that are taken."""
    found: set[str] = set()
    for start in range(0, len(ids), _PAGE):
        page = ids[start : start + _PAGE]
        found.update(connection.scalars(select(jobs.c.id).where(jobs.c.id.in_(page))))
    return found


def room_for_submission(
    connection: Connection, job: Job, limits: Limits, at: datetime
) -> tuple[bool, float | None]:
    """Whether the limits of the job's account leave room, and else after how many seconds."""
    account = (
        jobs.c.provider == job.provider,
        jobs.c.account == (job.account or ""),
        jobs.c.id != job.id,
    )
    if limits.jobs_in_flight is not None:
        states = [state.value for state in OCCUPYING]
        busy = connection.scalar(
            select(func.count()).select_from(jobs).where(*account, jobs.c.state.in_(states))
        )
        if (busy or 0) >= limits.jobs_in_flight:
            return False, None
    if limits.submissions is not None:
        since = at - timedelta(seconds=limits.period_seconds)
        on_its_way = since - timedelta(seconds=limits.longest_request)
        submitting = jobs.c.state == JobState.SUBMITTING.value
        # One that is on its way reaches the vendor nobody knows when.
        relevant = (jobs.c.submitted_at > moment_text(since)) | (
            submitting & (jobs.c.submitted_at > moment_text(on_its_way))
        )
        last = connection.execute(
            select(jobs.c.state, jobs.c.submitted_at)
            .where(*account, relevant)
            .order_by(jobs.c.submitted_at.desc())
            .offset(limits.submissions - 1)
            .limit(1)
        ).one_or_none()
        if last is not None:
            state, moment = last
            if state == JobState.SUBMITTING.value:
                return False, min(limits.period_seconds, ANSWER_SOON)
            return False, (datetime.fromisoformat(moment) - since).total_seconds()
    return True, None


def leased(
    connection: Connection, names: Sequence[str], holder: str, *, until: datetime, at: datetime
) -> list[str]:
    """Take those of the names that nobody else holds. The caller keeps other writers away."""
    now = moment_text(at)
    held: dict[str, tuple[str, str]] = {}
    for start in range(0, len(names), _PAGE):
        page = names[start : start + _PAGE]
        columns = (leases.c.name, leases.c.holder, leases.c.until)
        for name, who, end in connection.execute(select(*columns).where(leases.c.name.in_(page))):
            held[name] = (who, end)
    free = [name for name in names if name not in held or _is_over(held[name], holder, now)]
    values = {"holder": holder, "until": moment_text(until)}
    new = [{"name": name, **values} for name in free if name not in held]
    if new:
        connection.execute(insert(leases), new)
    for name in free:
        if name in held:
            connection.execute(update(leases).where(leases.c.name == name).values(**values))
    return free


def _is_over(lease: tuple[str, str], holder: str, now: str) -> bool:
    who, end = lease
    return who == holder or end <= now


def renewed(connection: Connection, holder: str, *, until: datetime, at: datetime) -> int:
    """Keep everything that this holder holds for longer; how much that is."""
    forgotten = moment_text(at - timedelta(days=1))
    connection.execute(delete(leases).where(leases.c.until < forgotten))
    mine = (leases.c.holder == holder, leases.c.until > moment_text(at))
    statement = update(leases).where(*mine).values(until=moment_text(until))
    return connection.execute(statement).rowcount


def lets_go(connection: Connection, names: Sequence[str], holder: str) -> None:
    """End these leases of this holder."""
    for start in range(0, len(names), _PAGE):
        page = names[start : start + _PAGE]
        connection.execute(delete(leases).where(leases.c.name.in_(page), leases.c.holder == holder))
