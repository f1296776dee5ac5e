"""Names of workers: each is one live process's, and what a dead one left may be taken over."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Thread
from uuid import uuid4

from vidiom.errors import ConfigurationError, StoreError
from vidiom.flow.clock import clock
from vidiom.jobs.store import JobStore

__all__ = ["ExecutorLease"]

_log = logging.getLogger("vidiom.engines")


def _holder() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


@dataclass
class ExecutorLease:
    """The lease on one executor's name, renewed by a thread while the process lives.

    An engine gives unfinished work back to the executor whose name it bears. Two live processes of
    one name would do each other's work, so the second one is refused.
    """

    store: JobStore
    executor: str
    seconds: float = 15.0
    """After so long without a sign of life, a worker counts as dead."""
    holder: str = field(default_factory=_holder)
    lost: Event = field(default_factory=Event)
    """Set when another process has the name: this one was thought dead, and must stop."""
    _over: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def take(self) -> None:
        """Take the name; patient for as long as a dead predecessor may still hold it.

        Raises:
            ConfigurationError: A live process has it.
        """
        deadline = clock().monotonic() + 1.5 * self.seconds
        while not self._taken():
            if clock().monotonic() >= deadline:
                raise ConfigurationError(
                    f"another process is at work as executor {self.executor!r}; give each worker a "
                    "name of its own (VIDIOM_EXECUTOR), the same one whenever it is restarted."
                )
            clock().wait(self.seconds / 10, self._over)
        self._thread = Thread(target=self._keep, name="vidiom-executor-lease", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Let go of it, so that a successor need not wait."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        with suppress(StoreError):  # it ends by itself
            self.store.release([self._name(self.executor)], self.holder)

    def dead(self, executors: Sequence[str]) -> list[str]:
        """Those of these executors that no live process bears; nobody else gets them for a while.

        To be let go of by :meth:`forget`, once what they left has been taken over.
        """
        names = [self._name(one) for one in executors if one != self.executor]
        taken = self.store.lease(names, self.holder, until=self._until(), at=clock().now())
        return [one for one in executors if self._name(one) in set(taken)]

    def forget(self, executors: Sequence[str]) -> None:
        """Let go of dead executors' names: whoever bears one again may have it."""
        self.store.release([self._name(one) for one in executors], self.holder)

    def _name(self, executor: str) -> str:
        return f"executor/{executor}"

    def _until(self) -> datetime:
        return clock().now() + timedelta(seconds=self.seconds)

    def _taken(self) -> bool:
        names = [self._name(self.executor)]
        return bool(self.store.lease(names, self.holder, until=self._until(), at=clock().now()))

    def _keep(self) -> None:
        while not self._over.wait(self.seconds / 4):
            try:
                kept = self._taken()
            except StoreError as error:  # then nobody else can take it either
                _log.warning("%s", error.message)
                continue
            if not kept:
                _log.error(
                    "another process is at work as executor %s; this one stops", self.executor
                )
                self.lost.set()
                return
