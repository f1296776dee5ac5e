"""Uploading a file in chunks: begun, sent in any order, several at once, and finished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from vidiom.errors import InvalidMedia, MalformedAnswer
from vidiom.flow.body import FilePart, FileSlice, Piece
from vidiom.flow.effects import Flow, Progress, report, together
from vidiom.schema.media import BytesMedia, FileMedia
from vidiom.schema.orders import UploadedMedia
from vidiom_valossa import wire
from vidiom_valossa.calls import Calls, Form

__all__ = ["upload"]


# https://docs.valossa.com/api-reference/initialize-file-upload
def upload(
    calls: Calls, media: FileMedia | BytesMedia, *, boundary: str, in_flight: int
) -> Flow[UploadedMedia]:
    """Bring a file to the vendor; the chunks' size is the vendor's."""
    size = _size(media)
    begun = yield from calls.post_form(
        "initialize_file_upload",
        wire.UploadStarted,
        Form(boundary, {"file_size_bytes": str(size)}),
        operation="upload",
        repeatable=True,  # one that is never finished costs nothing
    )
    sending = _Sending(calls, media, boundary, size, _started(begun))
    yield from together([sending.chunk(index) for index in sending.indexes()], limit=in_flight)
    done = yield from calls.post_form(
        "finalize_file_upload",
        wire.UploadFinished,
        Form(boundary, {"upload_id": sending.start.upload_id}),
        operation="upload",
    )
    if not done.uploaded_file_url:
        raise _incomplete("uploaded_file_url")
    return UploadedMedia(url=done.uploaded_file_url)


@dataclass(frozen=True)
class _Start:
    upload_id: str
    chunk_size: int


def _started(begun: wire.UploadStarted) -> _Start:
    if not begun.upload_id:
        raise _incomplete("upload_id")
    if begun.file_chunk_size_bytes is None or begun.file_chunk_size_bytes < 1:
        raise _incomplete("file_chunk_size_bytes")
    return _Start(begun.upload_id, begun.file_chunk_size_bytes)


def _incomplete(member: str) -> MalformedAnswer:
    return MalformedAnswer(
        f"the answer has no usable {member!r}.", provider="valossa", operation="upload"
    )


def _size(media: FileMedia | BytesMedia) -> int:
    size = len(media.data) if isinstance(media, BytesMedia) else media.size
    if not size:
        raise InvalidMedia(
            f"{media.description} is empty, or its size is not known.",
            provider="valossa",
            operation="upload",
        )
    return size


@dataclass
class _Sending:
    """One upload on its way."""

    calls: Calls
    media: FileMedia | BytesMedia
    boundary: str
    size: int
    start: _Start
    sent: set[int] = field(default_factory=set)

    def indexes(self) -> Iterator[int]:
        """The chunks by number; all but the last are of the same size."""
        return iter(range(-(-self.size // self.start.chunk_size)))

    def chunk(self, index: int) -> Flow[None]:
        """Send one chunk. Its number tells its place, so sending it twice changes nothing."""
        length = self._length(index)
        form = Form(
            self.boundary,
            {"upload_id": self.start.upload_id, "chunk_index": str(index)},
            [FilePart("file_data", "chunk", self._content(index, length))],
        )
        yield from self.calls.post_form(
            "send_file_chunk", wire.Refusal, form, operation="upload", repeatable=True
        )
        self.sent.add(index)
        done = sum(self._length(one) for one in tuple(self.sent))
        yield from report(Progress("upload", fraction=done / self.size, done=done, total=self.size))

    def _length(self, index: int) -> int:
        return min(self.start.chunk_size, self.size - index * self.start.chunk_size)

    def _content(self, index: int, length: int) -> Piece:
        offset = index * self.start.chunk_size
        if isinstance(self.media, BytesMedia):
            return self.media.data[offset : offset + length]
        return FileSlice(self.media.path, offset, length)
