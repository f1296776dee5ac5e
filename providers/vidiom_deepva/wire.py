"""The answers of DeepVA's API in DeepVA's words; members that are not declared are skipped."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Job"]


class Job(Struct, gc=False):
    """A job (https://docs.deepva.com/core-resources/job)."""

    id: str | None = None
    tag: str | None = None
    state: str | None = None
    errors: list[str] | None = None
