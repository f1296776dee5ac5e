"""Reading an answer: the adapter's rules, then what is known of the answer besides its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Final

from vidiom.provider.collector import paused_collector
from vidiom.provider.contract import Provider
from vidiom.schema.features import Feature
from vidiom.schema.provenance import Notice, NoticeCode, Provenance
from vidiom.schema.raw import RawResult
from vidiom.schema.result import BatchItem, BatchResult, Result

__all__ = ["read_batch", "read_result"]

_LARGE: Final = 1_000_000
"""Bytes of a part that take long enough to digest to do it beside the reading."""


def read_result(adapter: Provider, raw: RawResult) -> Result:
    """The answer in neutral words, with its full provenance.

    An adapter states what the bytes say; who asked for what and when, and which parts could not
    be had, is added here, so that no adapter can forget it.

    Raises:
        MalformedAnswer: The content is not an answer of this vendor.
    """
    with paused_collector(), _digests(raw):
        result = adapter.normalize(raw)
    return result.model_copy(
        update={
            "provenance": _completed(result.provenance, raw),
            "notices": (*result.notices, *_notices(raw)),
        }
    )


def read_batch(adapter: Provider, raw: RawResult) -> BatchResult:
    """:func:`read_result` for the answer to a batch of images."""
    with paused_collector(), _digests(raw):
        batch = adapter.normalize_batch(raw)
    return batch.model_copy(
        update={
            "items": tuple(_completed_item(item, raw) for item in batch.items),
            "provenance": _completed(batch.provenance, raw),
            "notices": (*batch.notices, *_notices(raw)),
        }
    )


@contextmanager
def _digests(raw: RawResult) -> Iterator[None]:
    """The digests of large parts are made during the block: hashing leaves Python to others."""
    large = [part for part in raw.parts.values() if part.size >= _LARGE]
    if not large:
        yield
        return
    thread = Thread(target=lambda: [part.sha256 for part in large], name="vidiom-digests")
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _completed_item(item: BatchItem, raw: RawResult) -> BatchItem:
    """The item with a result that can stand alone; its raw parts are those of the batch."""
    if item.result is None:
        return item
    provenance = _completed(item.result.provenance, raw)
    return item.model_copy(
        update={"result": item.result.model_copy(update={"provenance": provenance})}
    )


def _completed(provenance: Provenance, raw: RawResult) -> Provenance:
    context = raw.context
    return provenance.model_copy(
        update={
            "account": context.account,
            "job_id": context.job_id,
            "vendor_job_id": context.vendor_job_id or provenance.vendor_job_id,
            "asked_features": context.asked_features,
            "ignored": (*provenance.ignored, *context.ignored),
            "submitted_at": context.submitted_at,
            "fetched_at": context.fetched_at,
            "raw": tuple(part.info() for part in raw.parts.values()),
        }
    )


def _notices(raw: RawResult) -> tuple[Notice, ...]:
    context = raw.context
    ignored = [
        Notice(
            code=NoticeCode.IGNORED,
            message=f"{word!r} was asked for, and this provider cannot be asked for it.",
            features=(Feature(word),) if word in set(Feature) else (),
        )
        for word in context.ignored
    ]
    failed = [
        Notice(
            code=NoticeCode.FAILED_IN_PART,
            message=f"the part {name!r} of the answer could not be had: {reason}",
        )
        for name, reason in context.failed_parts.items()
    ]
    absent = [
        Notice(
            code=NoticeCode.NOT_AVAILABLE,
            message=f"the vendor does not have the part {name!r} of the answer: {reason}",
        )
        for name, reason in context.not_available.items()
    ]
    return (*ignored, *failed, *absent)
