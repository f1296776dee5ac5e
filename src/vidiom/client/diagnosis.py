"""Finding out in a minute what is configured, reachable, and other than the adapter assumes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from vidiom.errors import VidiomError
from vidiom.flow.effects import Answer, Flow, Send, now, run_blocking, send
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.collection import Collection
from vidiom.jobs.store import JobStore
from vidiom.provider.assumptions import Verdict, tried
from vidiom.provider.audit import Fate, PathFate, audit
from vidiom.provider.capabilities import supports
from vidiom.provider.contract import Provider, Standing
from vidiom.provider.proposals import Proposal
from vidiom.provider.settings import environment_name
from vidiom.schema.media import redacted_url
from vidiom.schema.model import Model
from vidiom.schema.raw import RawResult

__all__ = ["AssumptionReport", "Check", "Diagnosis", "Outcome", "diagnose"]

#: More than this makes signed times and Retry-After dates unreliable.
_SKEW_SECONDS = 30.0


class Outcome(StrEnum):
    """How one check went."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


class Check(Model):
    """One thing that was looked at."""

    name: str
    outcome: Outcome
    message: str
    """What was found, and what to do next where something is wrong."""


class AssumptionReport(Model):
    """One assumption of the adapter, and what a real answer says of it."""

    id: str
    statement: str
    verdict: Verdict
    setting: str | None = None


class Diagnosis(Model):
    """What was found. Free of secrets, of answers and of personal data: it can be shown around."""

    provider: str
    version: str
    standing: Standing
    checks: tuple[Check, ...]
    assumptions: tuple[AssumptionReport, ...] = ()
    unmapped_paths: tuple[str, ...] = ()
    """Paths of the real answer that the adapter does not know: keys only, never values."""
    retention: float | None = None
    """Share of the real answer's values that the adapter reads or knows to be redundant."""
    proposals: tuple[Proposal, ...] = ()
    """Settings that the vendor's own description of its API contradicts."""

    @property
    def healthy(self) -> bool:
        """Whether no check failed and no assumption was refuted."""
        return all(check.outcome is not Outcome.FAILED for check in self.checks) and all(
            one.verdict is not Verdict.REFUTED for one in self.assumptions
        )


@dataclass(frozen=True)
class Subject:
    """What is examined."""

    provider: Provider
    store: JobStore
    record: StoredJob | None = None
    """A finished job whose answer the assumptions are held against."""
    openapi: bytes | None = None
    """The vendor's own description of its API, which the settings are held against."""


def diagnose(subject: Subject) -> Flow[Diagnosis]:
    """Look at everything that can be looked at without changing or buying anything."""
    provider = subject.provider
    checks = [_configured(provider)]
    described = subject.openapi
    proposed = provider.proposals(described) if described is not None else ()
    if described is not None:
        checks.append(_described(proposed))
    checks += yield from _reached(provider)
    checks.append((yield from _probed(provider)))
    raw: RawResult | None = None
    if subject.record is not None:
        try:
            raw = yield from Collection(provider, subject.store).raw(subject.record)
            checks.append(Check(name="answer", outcome=Outcome.OK, message=f"{len(raw)} part(s)."))
        except VidiomError as error:
            checks.append(_failed("answer", error))
    answer = raw
    paths = yield from run_blocking(lambda: _audited(provider, answer))
    findings = [tried(assumption, answer) for assumption in provider.assumptions]
    return Diagnosis(
        provider=provider.name,
        version=provider.version,
        standing=provider.standing,
        checks=tuple(checks),
        assumptions=tuple(
            AssumptionReport(
                id=one.assumption.id,
                statement=one.assumption.statement,
                verdict=one.verdict,
                setting=one.assumption.setting,
            )
            for one in findings
        ),
        unmapped_paths=_unmapped(paths),
        retention=_retention(paths),
        proposals=proposed,
    )


def _described(proposed: tuple[Proposal, ...]) -> Check:
    if not proposed:
        return Check(name="openapi", outcome=Outcome.OK, message="says nothing against settings.")
    names = ", ".join(one.setting for one in proposed)
    return Check(
        name="openapi",
        outcome=Outcome.FAILED,
        message=f"{len(proposed)} setting(s) should be others: {names}. See the proposals.",
    )


def _configured(provider: Provider) -> Check:
    given = sorted(provider.settings.model_fields_set)
    words = ", ".join(given) if given else "nothing; every setting has its default"
    return Check(name="configuration", outcome=Outcome.OK, message=f"Set: {words}.")


def _reached(provider: Provider) -> Flow[list[Check]]:
    """Whether the address answers at all, and whether its clock agrees with ours."""
    address = getattr(provider.settings, "base_url", None)
    if not isinstance(address, str):
        return [_skipped("address", "runs on this machine; there is no address.")]
    try:
        answer = yield from send(Send("GET", address, repeatable=True, timeout=20.0))
    except VidiomError as error:
        return [_failed("address", error)]
    moment = yield from now()
    reached = Check(
        name="address",
        outcome=Outcome.OK,
        message=f"{redacted_url(address)} answers (status {answer.status}).",
    )
    return [reached, _clock(answer, moment)]


def _clock(answer: Answer, moment: datetime) -> Check:
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", ""))
        skew = abs((moment - theirs).total_seconds())
    except (ValueError, TypeError):
        return _skipped("clock", "the answer carries no usable date.")
    if skew > _SKEW_SECONDS:
        return Check(
            name="clock",
            outcome=Outcome.FAILED,
            message=f"differs by {skew:.0f} s from the vendor's; set this machine's clock.",
        )
    return Check(name="clock", outcome=Outcome.OK, message=f"agrees within {max(1, skew):.0f} s.")


def _probed(provider: Provider) -> Flow[Check]:
    if not supports(provider, "probe"):
        return _skipped("key", "this adapter knows no harmless request to try it with.")
    if "api_key" not in provider.settings.model_fields_set:
        variable = environment_name(provider.name, "api_key")
        return Check(name="key", outcome=Outcome.FAILED, message=f"not set; set {variable}.")
    try:
        message = yield from provider.probe()
    except VidiomError as error:
        return _failed("key", error)
    return Check(name="key", outcome=Outcome.OK, message=message)


def _failed(name: str, error: VidiomError) -> Check:
    return Check(
        name=name, outcome=Outcome.FAILED, message=f"{type(error).__name__}: {error.message}"
    )


def _skipped(name: str, message: str) -> Check:
    return Check(name=name, outcome=Outcome.SKIPPED, message=message)


def _audited(provider: Provider, raw: RawResult | None) -> tuple[PathFate, ...]:
    if raw is None:
        return ()
    try:
        return audit(provider, raw).paths
    except VidiomError:
        return ()


#: What may be shown of a path: a key that looks like a name of a field and not like data.
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,40}|\*")


def _unmapped(paths: tuple[PathFate, ...]) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for path in paths:
        if path.fate is Fate.UNMAPPED:
            steps = (step if _FIELD.fullmatch(step) else "*" for step in path.path.split("/"))
            shown = f"{path.part}/{'/'.join(steps)}"
            counts[shown] = counts.get(shown, 0) + path.count
    return tuple(f"{shown} ({count})" for shown, count in counts.items())


def _retention(paths: tuple[PathFate, ...]) -> float | None:
    total = sum(path.count for path in paths)
    if not total:
        return None
    return 1.0 - sum(path.count for path in paths if path.fate is Fate.UNMAPPED) / total
