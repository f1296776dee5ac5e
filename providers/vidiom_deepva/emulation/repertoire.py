"""Which faults the emulated vendor can commit."""

from __future__ import annotations

from typing import Final

from vidiom.emulation.faults import SIGNED_DELIVERY_FAULTS, Repertoire

__all__ = ["JOB_FAULTS", "PAGE_FAULTS", "REPERTOIRE"]

PAGE_FAULTS: Final = (
    "lying_next",
    "shrinking_total",
    "duplicate_rows",
    "short_page",
    "bare_list",
    "string_times",
    "missing_keys",
    "damaged_row",
)
"""What is wrong with one page of results; with the function of another list, with that."""

JOB_FAULTS: Final = (
    "module_failed",
    "job_failed",
    "job_stopped",
    "job_deleted",
    "unknown_state",
)
"""What becomes of a job; settled when it is created."""

REPERTOIRE: Final = Repertoire(
    submission="create_job",
    deliveries=SIGNED_DELIVERY_FAULTS,
    own={
        **dict.fromkeys(PAGE_FAULTS, "detailed_results"),
        **dict.fromkeys(JOB_FAULTS, "create_job"),
        "expired_result": "detailed_results",
        "upload_failed": "create_storage",
    },
)
