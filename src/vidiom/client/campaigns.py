"""Lists of media: each item becomes one job, however often the list is submitted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

from vidiom.client.callbacks import callback_for
from vidiom.client.configuration import ProviderName
from vidiom.client.ordering import MadeOrder, OrderOptions, make_order
from vidiom.errors import UsageError
from vidiom.flow.effects import Flow, Progress, now, report
from vidiom.jobs.queries import Counts
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.stored import patiently
from vidiom.jobs.store import JobStore
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobState
from vidiom.schema.media import FileMedia, MediaInput, as_media
from vidiom.schema.model import JsonValue, Model

__all__ = ["Campaign", "ListOptions", "ListRequest", "ListedMedia", "Tally", "enlisted"]

T = TypeVar("T")

_AT_ONCE: Final = 500
"""Jobs that are stored in one transaction."""
_ATTEMPTS: Final = 100
"""How often an item that failed is tried with new jobs."""


@dataclass(frozen=True, kw_only=True)
class ListedMedia:
    """One item of a list, with what holds for it alone."""

    media: MediaInput
    key: str | None = None
    """What the item is known by in its list; left out, its media and what is asked for. Name one
    where URLs differ each time although they mean the same (signed ones)."""
    features: tuple[str, ...] = ()
    """Instead of those of the whole list."""
    language: str | None = None
    title: str | None = None
    options: Mapping[str, JsonValue] = field(default_factory=dict)
    """Added to those of the whole list."""

    def order_options(self, common: OrderOptions) -> OrderOptions:
        """What is asked for this item."""
        own: OrderOptions = {**common}
        if self.features:
            own["features"] = self.features
        if self.language is not None:
            own["language"] = self.language
        if self.title is not None:
            own["title"] = self.title
        if self.options:
            own["options"] = {**common.get("options", {}), **self.options}
        return own


class ListOptions(OrderOptions, total=False):
    """What may be said about a list besides the provider and the items."""

    retry_failed: bool
    """Try items again whose jobs have failed, expired or been canceled."""
    wait: bool
    """``False`` only stores the jobs; :meth:`vidiom.Client.resume` or a worker does the rest."""


class Tally(Model):
    """How far many jobs are."""

    states: Mapping[JobState, int] = {}
    """How many jobs are in which state."""
    uncollected: int = 0
    """How many have a result that is not in the archive yet."""

    @classmethod
    def of(cls, counts: Counts) -> Tally:
        """The same in a document."""
        return cls(states=dict(sorted(counts.states.items())), uncollected=counts.uncollected)


class Campaign(Model):
    """What became of a list of media."""

    name: str
    added: int = 0
    """How many items are new jobs."""
    known: int = 0
    """How many were jobs of this campaign already; nothing was bought again."""
    duplicates: tuple[str, ...] = ()
    """Items that stand in the list more than once, each with its position."""
    refused: tuple[str, ...] = ()
    """Items of which no job could be made, each with its position and the reason."""
    tally: Tally = Tally()
    """How far all jobs of the campaign are."""


@dataclass
class _List:
    """A list on its way into the store."""

    adapter: Provider
    store: JobStore
    name: ProviderName
    campaign: str
    options: OrderOptions
    retry_failed: bool
    callback_base: str | None
    seen: set[str] = field(default_factory=set)
    duplicates: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def made(self, number: int, item: MediaInput | ListedMedia) -> tuple[str, MadeOrder] | None:
        """The identity of an item and its order; ``None`` when it stands for nothing new."""
        listed = item if isinstance(item, ListedMedia) else ListedMedia(media=item)
        try:
            media = as_media(listed.media)
            made = make_order(
                self.adapter, media, listed.order_options(self.options), self.store.archive
            )
        except UsageError as error:
            self.refused.append(f"{number}: {error.message}")
            return None
        identity = self._identity(listed.key, made)
        if identity in self.seen:
            self.duplicates.append(f"{number}: {made.order.media.description}")
            return None
        self.seen.add(identity)
        return identity, made

    def _identity(self, key: str | None, made: MadeOrder) -> str:
        order = made.order
        what: object = key
        if key is None:
            media = order.media
            place = media.path if isinstance(media, FileMedia) else media.model_dump(mode="json")
            what = [place, sorted(order.features), order.language, order.options]
        words = [self.campaign, self.name.provider, self.name.account, what]
        return json.dumps(words, sort_keys=True)

    def record(self, identity: str, made: MadeOrder, attempt: int, at: datetime) -> StoredJob:
        """The job of an item: the same item gives the same id."""
        text = identity if not attempt else f"{identity}#{attempt}"
        job_id = hashlib.sha256(text.encode()).hexdigest()[:32]
        callback = callback_for(
            self.adapter, self.options.get("callback"), base=self.callback_base, job_id=job_id
        )
        return StoredJob.intended(
            made.order.model_copy(update={"correlation": job_id, "callback": callback}),
            provider=self.name.provider,
            account=self.name.account,
            at=at,
            ignored=made.ignored,
            campaign=self.campaign,
        )

    def store_page(self, page: list[tuple[int, MediaInput | ListedMedia]], at: datetime) -> int:
        """Store the jobs of some items; how many are new. May block."""
        items = [one for number, item in page if (one := self.made(number, item)) is not None]
        records = [self.record(identity, made, 0, at) for identity, made in items]
        new = self.store.add_many(records)
        if not self.retry_failed:
            return len(new)
        again = 0
        for (identity, made), record in zip(items, records, strict=True):
            if record.job.id not in new:
                again += self._tried_again(identity, made, record, at)
        return len(new) + again

    def _tried_again(self, identity: str, made: MadeOrder, first: StoredJob, at: datetime) -> int:
        """A new job for an item whose last one ended without a result."""
        record = first
        for attempt in range(1, _ATTEMPTS):
            state = self.store.get(record.job.id).job.state
            if not state.terminal or state.has_result:
                return 0
            record = self.record(identity, made, attempt, at)
            if self.store.add_many([record]):
                return 1
        return 0


@dataclass(frozen=True)
class ListRequest:
    """How a list is to be submitted."""

    provider: str
    campaign: str
    options: ListOptions
    callback_base: str | None = None


def enlisted(
    asked: ListRequest,
    adapter: Provider,
    items: Iterable[MediaInput | ListedMedia],
    store: JobStore,
) -> Flow[Campaign]:
    """Store a job for each item, before anything is sent. The list may be of any length."""
    if not asked.campaign.strip():
        msg = "a list needs a name (campaign), by which it is known when it is submitted again."
        raise UsageError(msg, provider=adapter.name, operation="submit")
    name = ProviderName.parse(asked.provider)
    again = asked.options.get("retry_failed", False)
    work = _List(adapter, store, name, asked.campaign, asked.options, again, asked.callback_base)
    added = 0
    for page in _pages(enumerate(items, 1), _AT_ONCE):
        moment = yield from now()
        added += yield from patiently(lambda: work.store_page(page, moment))  # noqa: B023
        yield from report(Progress("stored", done=page[-1][0]))
    return Campaign(
        name=asked.campaign,
        added=added,
        known=len(work.seen) - added,
        duplicates=tuple(work.duplicates),
        refused=tuple(work.refused),
    )


def _pages(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while page := list(islice(rest, size)):
        yield page
