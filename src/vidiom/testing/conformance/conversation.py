"""A whole conversation with the vendor, carried out once with each driver and written down."""

from __future__ import annotations

import asyncio
import atexit
import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Final, Literal, TypeAlias

from vidiom.flow.drivers import AsyncDriver, SyncDriver
from vidiom.flow.effects import Effect, Flow, Now, RunBlocking, Send, sleep
from vidiom.flow.http import new_async_client, new_client
from vidiom.provider.capabilities import supports
from vidiom.provider.contract import Provider
from vidiom.provider.galleries import GalleryProvider
from vidiom.schema.jobs import JobRef, JobStatus
from vidiom.schema.media import BytesMedia, FileMedia, ImageBatch
from vidiom.schema.orders import Order
from vidiom.schema.raw import RawResult
from vidiom.testing.conformance.subject import CANARY, Subject
from vidiom.testing.emulators import serve
from vidiom.testing.scripted import NOON, Respond, Step, play, recorded
from vidiom.testing.waiting import no_waiting

__all__ = ["Act", "Conversation", "Reading", "conversation_of", "replayed", "stubborn"]

Begin: TypeAlias = Callable[[Provider], Flow[Any]]

_MOST_CHECKS: Final = 2000
_MOST_EFFECTS: Final = 300


@dataclass(frozen=True)
class Act:
    """One operation: how it begins, what it asked for and was told, and its value."""

    operation: str
    begin: Begin
    steps: tuple[Step, ...]
    value: object

    def sends(self) -> Iterator[tuple[int, Send]]:
        """The requests, each with its place among the steps."""
        for number, step in enumerate(self.steps):
            if isinstance(step.effect, Send):
                yield number, step.effect


@dataclass(frozen=True)
class Reading:
    """A raw answer to be read, and whether it answers a batch of images."""

    raw: RawResult
    batch: bool = False


def _folder() -> Path:
    """For files that are uploaded again whenever the conversation is replayed."""
    folder = Path(mkdtemp(prefix="vidiom-conformance-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    return folder


@dataclass
class Conversation:
    """All that was said."""

    subject: Subject
    base_url: str
    folder: Path = field(default_factory=_folder)
    acts: list[Act] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)

    def adapter(self, api_key: str | None = CANARY) -> Provider:
        """The provider, new."""
        return self.subject.provider(self.subject.settings(self.base_url, api_key))

    def of(self, operation: str) -> list[Act]:
        """The acts of one operation."""
        return [act for act in self.acts if act.operation == operation]

    def operations(self) -> list[str]:
        """What was done, in order; questions for the state count once."""
        names = [act.operation for act in self.acts]
        return [a for a, b in zip(names, [*names[1:], ""], strict=True) if a != b]


_held: dict[tuple[type[Subject], str], Conversation] = {}


def conversation_of(kind: type[Subject], driver: Literal["sync", "async"]) -> Conversation:
    """The conversation of this subject, held when it is first asked for."""
    if (kind, driver) not in _held:
        _held[kind, driver] = _hold(kind(), driver)
    return _held[kind, driver]


def _hold(subject: Subject, driver: Literal["sync", "async"]) -> Conversation:
    app = subject.vendor(CANARY)
    server: AbstractContextManager[str] = (
        nullcontext("http://vendor.invalid") if app is None else serve(app)
    )
    waiting = no_waiting() if subject.pause == 0 else nullcontext()
    with server as base_url, waiting:
        conversation = Conversation(subject, base_url)
        with _logging(conversation.logged):
            flow = _converse(conversation, conversation.adapter())
            if driver == "sync":
                with new_client(None) as http:
                    SyncDriver(http).run(flow)
            else:
                asyncio.run(_run(flow))
    return conversation


async def _run(flow: Flow[None]) -> None:
    async with new_async_client(None) as http:
        await AsyncDriver(http).run(flow)


def _converse(talk: Conversation, adapter: Provider) -> Flow[None]:
    """Every sort of media all the way; one job more, to be stopped; then all the rest."""
    numbers = count(1)
    folder = talk.folder
    job: JobRef | None = None
    order: Order | None = None
    for sort in sorted(talk.subject.provider.media):
        media = talk.subject.media(sort, folder)
        order = talk.subject.order(media).model_copy(
            update={"correlation": f"c0ffee{next(numbers)}"}
        )
        job, order = yield from _submitted(talk, adapter, order)
        yield from _followed(talk, adapter, job)
        raw = yield from _act(talk, adapter, "fetch", partial(_fetch, job, order))
        talk.readings.append(Reading(raw, batch=sort == "batch"))
    if job is not None and order is not None:
        if supports(adapter, "delete"):
            ended = job
            yield from _act(talk, adapter, "delete", lambda p: p.delete(ended))
        if supports(adapter, "cancel"):
            again = order.model_copy(update={"correlation": f"c0ffee{next(numbers)}"})
            running, _ = yield from _submitted(talk, adapter, again)
            yield from _act(talk, adapter, "cancel", lambda p: p.cancel(running))
    if supports(adapter, "latency"):
        yield from _act(talk, adapter, "latency", lambda p: p.latency("video"))
    if supports(adapter, "probe"):
        yield from _act(talk, adapter, "probe", lambda p: p.probe())
    if supports(adapter, "galleries"):
        yield from _taught(talk, adapter)


def _taught(talk: Conversation, adapter: Provider) -> Flow[None]:
    """A gallery with one identity of one image, and all of it deleted again."""

    def act(operation: str, *arguments: object) -> Flow[Any]:
        def begin(provider: Provider) -> Flow[Any]:
            flow: Flow[Any] = getattr(provider.galleries(), operation)(*arguments)
            return flow

        return _act(talk, adapter, operation, begin)

    galleries = adapter.galleries()
    gallery = yield from act("create_gallery", "Conformance")
    yield from act("list_galleries")
    identity = yield from act("create_identity", gallery.id, "Ada", {})
    yield from act("list_identities", gallery.id)
    image = yield from act("add_image", identity.id, talk.subject.gallery_image())
    yield from act("list_images", identity.id)
    yield from act("update_identity", identity.id, "Ada Lovelace", {})
    yield from act("delete_image", image.id)
    yield from act("delete_identity", identity.id)
    if _offers(galleries, "rename_gallery"):
        yield from act("rename_gallery", gallery.id, "Renamed")
    if _offers(galleries, "delete_gallery"):
        yield from act("delete_gallery", gallery.id)


def _offers(galleries: GalleryProvider, operation: str) -> bool:
    """Whether an optional operation of galleries is implemented."""
    return not hasattr(getattr(type(galleries), operation), "refused_because")


def _submitted(talk: Conversation, adapter: Provider, order: Order) -> Flow[tuple[JobRef, Order]]:
    media, plain = order.media, order
    if isinstance(media, ImageBatch):
        begin: Begin = lambda p: p.upload_batch(media, plain)  # noqa: E731 - one of two
        uploaded = yield from _act(talk, adapter, "upload_batch", begin)
        order = order.model_copy(update={"uploaded": uploaded})
    elif isinstance(media, (FileMedia, BytesMedia)) and order.uploaded is None:
        uploaded = yield from _act(talk, adapter, "upload", lambda p: p.upload(media, plain))
        order = order.model_copy(update={"uploaded": uploaded})
    ready = order
    job: JobRef = yield from _act(talk, adapter, "submit", lambda p: p.submit(ready))
    if supports(adapter, "find"):
        yield from _act(talk, adapter, "find", lambda p: p.find(ready))
    if supports(adapter, "find_many"):
        yield from _act(talk, adapter, "find_many", lambda p: p.find_many([ready]))
    return job, order


def _followed(talk: Conversation, adapter: Provider, job: JobRef) -> Flow[None]:
    for _ in range(_MOST_CHECKS):
        status: JobStatus = yield from _act(talk, adapter, "check", lambda p: p.check(job))
        if not isinstance(status, JobStatus) or status.state.terminal:
            break
        yield from sleep(talk.subject.pause)
    if supports(adapter, "check_many"):
        yield from _act(talk, adapter, "check_many", lambda p: p.check_many([job]))


def _fetch(job: JobRef, order: Order, adapter: Provider) -> Flow[RawResult]:
    return adapter.fetch(job, order)


def _act(talk: Conversation, adapter: Provider, operation: str, begin: Begin) -> Flow[Any]:
    steps: list[Step] = []
    value = yield from recorded(begin(adapter), steps)
    assert not isinstance(value, Generator), f"{operation} ends in a flow: a forgotten `yield from`"
    before = talk.acts[-1] if talk.acts else None
    if before is None or (before.operation, before.value) != (operation, value):
        talk.acts.append(Act(operation, begin, tuple(steps), value))
    return value


@contextmanager
def _logging(lines: list[str]) -> Iterator[None]:
    """Everything that any library logs, down to DEBUG."""

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    root, handler = logging.getLogger(), Lines(logging.DEBUG)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def replayed(act: Act, adapter: Provider, until: int, then: Respond) -> object:
    """The value of an operation that goes as recorded up to a step, and differently from there.

    Raises:
        AssertionError: The same outcomes lead to other effects than when it was recorded.
    """
    numbers = count()

    def respond(effect: Effect) -> object:
        number = next(numbers)
        assert number < _MOST_EFFECTS, f"{act.operation} asks on and on"
        if number >= until:
            return then(effect)
        step = act.steps[number]
        if not isinstance(effect, RunBlocking):  # two functions are never equal
            assert effect == step.effect, f"{effect!r} was {step.effect!r} at first"
        if isinstance(step.outcome, Exception):
            raise step.outcome
        return step.outcome

    return play(act.begin(adapter), respond)


def stubborn(reply: Callable[[Send], object]) -> Respond:
    """Answers every request like this; it is always noon, and nobody waits."""

    def respond(effect: Effect) -> object:
        match effect:
            case Send():
                return reply(effect)
            case Now():
                return NOON
            case RunBlocking():
                return effect.work()
            case _:
                return None

    return respond
