"""Jobs to try stores with: each has something in every field where a store could lose it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from pydantic import SecretStr

from vidiom.jobs.records import StoredAnswer, StoredJob
from vidiom.schema.features import Feature
from vidiom.schema.jobs import JobRef
from vidiom.schema.media import UrlMedia
from vidiom.schema.orders import Callback, Order
from vidiom.schema.provenance import RawPartInfo

__all__ = ["MOMENT", "SECRET", "bound_to", "intended", "titled", "with_answer"]

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
SECRET = "a secret of one job"  # noqa: S105 - made up


def intended(job_id: str, *, provider: str = "acme", account: str | None = None) -> StoredJob:
    """A new job that has something in every field where a store could lose it."""
    order = Order(
        correlation=job_id,
        media=UrlMedia(url=f"https://media.example/{job_id}.mp4?signature=x"),
        features=frozenset({Feature.SHOTS, Feature.FACES}),
        language="fi-FI",
        title="Ein Käse-🧀",
        options={"depth": 3, "nested": {"list": [1, 0.1, None, True, "x"]}},
        callback=Callback(url="https://me.example/hooks/1", secret=SecretStr(SECRET)),
    )
    return StoredJob.intended(
        order, provider=provider, account=account, at=MOMENT, ignored=("logos",)
    )


def bound_to(vendor_id: str) -> Callable[[StoredJob], StoredJob]:
    """The change of a job whose vendor has told its id."""
    return lambda record: record.bound(
        JobRef(
            provider=record.job.provider,
            vendor_id=vendor_id,
            account=record.job.account,
            data={"host": "eu"},
        ),
        at=MOMENT,
    )


def with_answer(*contents: bytes) -> Callable[[StoredJob], StoredJob]:
    """The change of a job whose answer consists of these parts."""
    parts = tuple(
        RawPartInfo(
            name=f"part/{number}",
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            media_type="application/json",
        )
        for number, content in enumerate(contents)
    )
    answer = StoredAnswer(
        parts=parts,
        failed_parts={"frames": "too early"},
        not_available={"captions": "not in the plan"},
        fetched_at=MOMENT,
    )
    return lambda record: record.with_changes(answer=answer, submitted_at=MOMENT)


def titled(title: str) -> Callable[[StoredJob], StoredJob]:
    """The change of a job whose order gets this title."""
    return lambda record: record.with_changes(
        order=record.order.model_copy(update={"title": title})
    )
