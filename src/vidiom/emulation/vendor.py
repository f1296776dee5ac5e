"""An emulated vendor: keys, a folder, ids and a ledger; what it sells is its subclass's."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from vidiom.emulation.behaviour import EmulatorBehaviour
from vidiom.emulation.faults import Repertoire
from vidiom.emulation.identifiers import Identifiers
from vidiom.emulation.ledger import Ledger
from vidiom.emulation.media import fetched, is_loopback, local_file
from vidiom.emulation.refusal import ErrorBody, Refusal
from vidiom.errors import UsageError

__all__ = ["EmulatedVendor"]


class EmulatedVendor(ABC):
    """What is behind the API, and what it knows of itself."""

    name: ClassVar[str]
    repertoire: ClassVar[Repertoire]
    """Which faults it can commit."""

    def __init__(self, keys: Sequence[str], behaviour: EmulatorBehaviour) -> None:
        """Nothing bought yet.

        Args:
            keys: Those that are valid, each a customer who sees what is its own.
            behaviour: What holds for every emulator.

        Raises:
            UsageError: A fault is asked for that there is not.
        """
        self._keys = tuple(keys)
        self._settled = behaviour
        self.identifiers = Identifiers(behaviour.seed)
        try:
            self.ledger = Ledger(self.repertoire, behaviour.faults)
        except Refusal as refusal:
            raise UsageError(f"{refusal}.", provider=self.name, operation="emulate") from None
        prefix = f"{self.name}-emulator-"
        self.folder = behaviour.folder or Path(tempfile.mkdtemp(prefix=prefix))
        # not a TemporaryDirectory: that one complains when an app is dropped without a shutdown
        remove = behaviour.folder is None
        self._cleared = weakref.finalize(self, _clear, self.folder, remove=remove)

    @abstractmethod
    def function(self, method: str, path: str) -> str:
        """The vendor's name of what a request asks for; faults and the ledger use it."""

    @abstractmethod
    def error(self, refusal: Refusal) -> ErrorBody:
        """A refusal in the vendor's form."""

    @abstractmethod
    def malformed(self, *absent: str) -> Refusal:
        """What is said to a form that is none, or in which these parts are absent."""

    def state(self) -> Mapping[str, object]:
        """What was bought and done, in numbers."""
        return {"counters": dict(self.ledger.counters)}

    async def slow(self, seconds: float) -> None:
        """Take this long before an answer."""
        await self._settled.sleep(seconds)

    def customer(self, key: object) -> int | None:
        """Number of the customer with this key; ``None`` where the key is not valid."""
        return self._keys.index(key) if isinstance(key, str) and key in self._keys else None

    def media_file(self, url: str) -> Path | None:
        """The media at a URL, as far as it may be had: never fetched from another machine."""
        if urlsplit(url).scheme == "file":
            return local_file(url) if self._settled.allow_files else None
        if self._settled.allow_loopback and is_loopback(url):
            suffix = Path(urlsplit(url).path).suffix
            return fetched(url, self.folder / f"fetched-{self.identifiers.uuid()}{suffix}")
        return None

    def close(self) -> None:
        """Remove what was uploaded."""
        self._cleared()


def _clear(folder: Path, *, remove: bool) -> None:
    if remove:
        shutil.rmtree(folder, ignore_errors=True)
