"""What an audit and a diagnosis found, as pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from vidiom.cli.streams import shown
from vidiom.client.diagnosis import Diagnosis, Outcome
from vidiom.provider.assumptions import Verdict
from vidiom.provider.audit import AuditReport, Fate

__all__ = ["audit_page", "doctor_page"]

_STYLES: Final[dict[str, str]] = {
    Fate.MAPPED: "green",
    Fate.REDUNDANT: "dim",
    Fate.UNMAPPED: "yellow",
    Outcome.OK: "green",
    Outcome.FAILED: "red",
    Outcome.SKIPPED: "dim",
    Verdict.CONFIRMED: "green",
    Verdict.REFUTED: "red",
    Verdict.NOT_SEEN: "dim",
}


def audit_page(report: AuditReport) -> RenderableType:
    """A row for each path, those that are not read first, and the share that is kept."""
    table = _table("fate", "values", "path")
    for fate in (Fate.UNMAPPED, Fate.REDUNDANT, Fate.MAPPED):
        for one in sorted(report.paths, key=lambda path: (path.part, path.path)):
            if one.fate is fate:
                where = shown(f"{one.part}/{one.path}" if one.path else one.part)
                why = f"  ({one.reason})" if one.reason else ""
                table.add_row(Text(fate.value, _STYLES[fate]), str(one.count), where + why)
    counts = ", ".join(f"{report.count(fate)} {fate.value}" for fate in Fate)
    return Group(table, "", Text(f"Kept: {report.retention:.1%} of the values ({counts})."))


def doctor_page(report: Diagnosis) -> RenderableType:
    """The checks, the assumptions, and what the adapter does not know."""
    return Group(*_sections(report))


def _sections(report: Diagnosis) -> Iterator[RenderableType]:
    yield Text(f"{report.provider} {report.version}, tried as: {report.standing}", "bold")
    checks = _table("check", "outcome", "found")
    for check in report.checks:
        outcome = Text(check.outcome.value, _STYLES[check.outcome])
        checks.add_row(check.name, outcome, shown(check.message))
    yield checks
    if report.assumptions:
        yield ""
        assumed = _table("assumed", "verdict", "statement")
        for one in report.assumptions:
            change = f" (setting: {one.setting})" if one.setting else ""
            verdict = Text(one.verdict.value.replace("_", " "), _STYLES[one.verdict])
            assumed.add_row(one.id, verdict, shown(one.statement + change))
        yield assumed
    if report.unmapped_paths:
        yield ""
        yield Text("Not known to the adapter:", "bold")
        yield from (Text(f"  {shown(path)}") for path in report.unmapped_paths)
    if report.proposals:
        yield ""
        yield Text("The vendor's description of its API leads to, in vidiom.toml:", "bold")
        yield Text(f"[{report.provider}]")
        for proposal in report.proposals:
            value = json.dumps(proposal.value, ensure_ascii=False)
            line = shown(f"{proposal.setting} = {value}  # {proposal.reason}")
            yield Text(line, no_wrap=True, overflow="ignore")  # to be copied
    if report.retention is not None:
        yield Text(f"Kept: {report.retention:.1%} of the answer's values.")


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
