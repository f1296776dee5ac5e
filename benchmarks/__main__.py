"""The command line: runs benchmarks by name, all of them when none is named."""

from __future__ import annotations

import argparse
import sys
import time
from importlib import import_module

from benchmarks import machine
from benchmarks.measuring import Effort
from benchmarks.tables import Table

BENCHMARKS = {
    "start": "benchmarks.starting",
    "documents": "benchmarks.documents",
    "normalize": "benchmarks.normalize",
    "requests": "benchmarks.exchanges",
    "uploads": "benchmarks.uploads",
    "batches": "benchmarks.batches",
    "paging": "benchmarks.paging",
    "store": "benchmarks.job_store",
    "analysis": "benchmarks.analysis",
    "many": "benchmarks.many_jobs",
    "kills": "benchmarks.kills",
    "engines": "benchmarks.engines",
    "webhooks": "benchmarks.webhooks",
    "waking": "benchmarks.waking",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures vidiom against baselines in the same run; prints Markdown tables.",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(BENCHMARKS)}"
    )
    parser.add_argument(
        "--quick", action="store_true", help="only see that it runs; the numbers mean nothing"
    )
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)} (there are {', '.join(BENCHMARKS)})")
    if asked.quick:
        print("A quick run: it shows that everything runs, and its numbers mean nothing.\n")
    print(machine.facts(), flush=True)
    tables = [
        table
        for name in asked.names or BENCHMARKS
        for table in measured(name, Effort(quick=asked.quick))
    ]
    print("\n" + summary(tables))


def measured(name: str, effort: Effort) -> list[Table]:
    """The tables of one benchmark, each printed as soon as it is there."""
    begun = time.monotonic()
    tables = []
    for table in import_module(BENCHMARKS[name]).tables(effort):
        tables.append(table)
        print(f"\n{table.markdown()}", flush=True)
    print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
    return tables


def summary(tables: list[Table]) -> str:
    """How many bars there are, and which were missed."""
    rows = [(table, row) for table in tables for row in table.barred]
    if not rows:
        return "No bars are set for what was measured."
    missed = [
        f"- {table.title}: {row.cells[0]}" for table, row in rows if row.bar and not row.bar.met
    ]
    met = len(rows) - len(missed)
    return "\n".join([f"{met} of {len(rows)} bars met{'; missed:' if missed else '.'}", *missed])


if __name__ == "__main__":
    main()
