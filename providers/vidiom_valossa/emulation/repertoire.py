"""Which faults the emulated vendor can commit."""

from __future__ import annotations

from typing import Final

from vidiom.emulation.faults import Repertoire

__all__ = ["REPERTOIRE"]

REPERTOIRE: Final = Repertoire(submission="new_job", own={"expired_result": "job_results"})
