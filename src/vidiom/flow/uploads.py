"""How far uploads are that go out in several requests, perhaps at the same time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from vidiom.flow.body import Chunk
from vidiom.flow.effects import Progress

__all__ = ["Uploads"]


class Uploads:
    """The chunks of one run's uploads, and how much of each has gone out."""

    def __init__(self) -> None:
        """With nothing sent yet."""
        self._done: dict[str, dict[int, int]] = {}
        self._lock = Lock()

    def tell(self, chunk: Chunk, share: float, tell: Callable[[Progress], None]) -> None:
        """Tell the progress of the whole when this share of a chunk has gone out."""
        with self._lock:  # also while telling, or news from two threads could change places
            sent = self._done.setdefault(chunk.upload, {})
            # A chunk that is sent again takes back what it had counted for.
            sent[chunk.offset] = round(chunk.length * share)
            done = min(sum(sent.values()), chunk.total)
            tell(Progress("upload", fraction=done / chunk.total, done=done, total=chunk.total))
