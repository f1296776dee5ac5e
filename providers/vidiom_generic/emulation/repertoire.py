"""Which faults the emulated vendor can commit."""

from __future__ import annotations

from typing import Final

from vidiom.emulation.faults import SIGNED_DELIVERY_FAULTS, Repertoire

__all__ = ["LATENCY", "REPERTOIRE", "RESULT", "SUBMIT"]

SUBMIT: Final = "submit"
RESULT: Final = "result"
LATENCY: Final = "latency"

REPERTOIRE: Final = Repertoire(
    submission=SUBMIT,
    deliveries=SIGNED_DELIVERY_FAULTS,
    own={
        # settled when the job is created
        "failed_job": SUBMIT,
        "failed_without_reason": SUBMIT,
        "failed_items": SUBMIT,
        "without_member": SUBMIT,
        "unknown_state": SUBMIT,
        "without_ids": SUBMIT,
        "repeated_ids": SUBMIT,
        "lost_items": SUBMIT,
        "foreign_location": SUBMIT,
        "without_location": SUBMIT,
        "without_job_id": SUBMIT,
        # one answer
        "redirect": RESULT,
        "expired_result": RESULT,
    },
)
