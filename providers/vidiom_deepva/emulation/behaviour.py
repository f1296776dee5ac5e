"""How the emulated vendor behaves: what is settled before it starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from pydantic import SecretStr

from vidiom.emulation.behaviour import EmulatorBehaviour

__all__ = ["Behaviour"]


@dataclass(frozen=True, kw_only=True)
class Behaviour(EmulatorBehaviour):
    """Everything that the documentation leaves open, and everything that a test may want."""

    stages: tuple[tuple[str, float], ...] = (("waiting", 1), ("processing", 2))
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), repr=False)
    """The vendor's wall clock; all times that it tells, and the nonces of webhooks."""

    # --- jobs
    job_times: Literal["sql", "locale", "mixed", "iso"] = "sql"
    """Notation of a job's times: the two that the documentation shows, both in one object, or
    ISO 8601 (assumed)."""
    deleting: Literal["removes", "stops"] = "removes"
    """What ``DELETE`` does to a job that runs, which is not documented."""
    tag_filter: Literal["exact", "part"] = "exact"
    """Whether ``?tag=`` finds what has this tag, or this in its tag."""
    result_field: bool = True
    """Whether a finished job has the deprecated ``result``."""
    more_modules: frozenset[str] = frozenset()
    """Modules beside the documented ones."""
    failing: frozenset[str] = frozenset()
    """Modules that fail in every job."""
    listing_lag_polls: int = 0
    """How many listings a new job is not in yet."""

    # --- lists
    largest_page: int | None = None
    """The most rows that a page has, whatever was asked; none is documented."""
    bare_lists: frozenset[str] = frozenset({"list_storage"})
    """Lists that are an array without an envelope."""

    # --- findings
    rows: int | None = None
    """How many rows each module has; left out, what there is in a canned minute."""
    boxes: int | None = None
    """How many boxes each face has; left out, four a second."""
    thumbnails: bool = True
    """Whether rows of faces come with a picture."""
    thumbnail_bytes: int = 0
    """How large those pictures are at least."""

    # --- storage
    upload_polls: int = 1
    """How often an upload is asked after before it is ``uploaded``."""

    # --- webhooks
    webhook_secret: SecretStr | None = None
    """What the deliveries of jobs are signed with; left out, they are not."""
    signature_header: str = "X-DeepVA-Signature"
    """The names of headers, the encoding and what is signed are not documented."""
    nonce_header: str = "X-DeepVA-Nonce"
    signature_encoding: Literal["hex", "base64"] = "hex"
    signature_prefix: str = ""
    signed_message: str = "{body}"
    detailed_result_events: int = 3
    """How many rows ``on_detailed_result`` is told of at most."""
