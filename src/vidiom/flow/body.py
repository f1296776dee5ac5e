"""Request bodies as descriptions: pieces that are named here and read by the driver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlencode

import msgspec

__all__ = [
    "Base64Slice",
    "Body",
    "Chunk",
    "FilePart",
    "FileSlice",
    "Piece",
    "form_body",
    "json_body",
    "multipart_body",
]


@dataclass(frozen=True, slots=True)
class FileSlice:
    """A range of a file: named by the adapter, read by the driver, again on each retry."""

    path: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Base64Slice:
    """A range of a file that is sent as base64 text, encoded while it streams."""

    path: str
    offset: int
    length: int

    @property
    def encoded_length(self) -> int:
        """Bytes on the wire, padding included."""
        return 4 * -(-self.length // 3)


Piece: TypeAlias = bytes | FileSlice | Base64Slice
"""One run of a body's bytes."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Which stretch of a larger upload a body carries; only for telling of progress."""

    upload: str
    """Any name that all chunks of the upload share."""
    offset: int
    length: int
    total: int


@dataclass(frozen=True, slots=True)
class Body:
    """A request body of known length, as a sequence of pieces; its content is not in ``repr``."""

    pieces: tuple[Piece, ...] = field(repr=False)
    content_type: str
    chunk: Chunk | None = None
    """Set when the body is one of several that make up an upload."""

    @property
    def length(self) -> int:
        """Bytes on the wire."""
        return sum(_length(piece) for piece in self.pieces)

    @property
    def inline(self) -> bytes | None:
        """The whole content when it is in memory in one piece."""
        match self.pieces:
            case (bytes() as content,):
                return content
            case _:
                return None


def _length(piece: Piece) -> int:
    match piece:
        case FileSlice():
            return piece.length
        case Base64Slice():
            return piece.encoded_length
        case _:
            return len(piece)


def json_body(value: object) -> Body:
    """A JSON body of plain values or msgspec structs."""
    return Body((msgspec.json.encode(value),), "application/json")


def form_body(fields: Mapping[str, str]) -> Body:
    """A URL-encoded form."""
    return Body((urlencode(fields).encode(),), "application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True)
class FilePart:
    """One part of a multipart form that is more than a field: a file, or JSON."""

    name: str
    """Name of the form field."""
    file_name: str | None
    """``None`` for a part that is no file, such as one of JSON."""
    content: Piece = field(repr=False)
    content_type: str = "application/octet-stream"


def multipart_body(fields: Mapping[str, str], files: Sequence[FilePart], *, boundary: str) -> Body:
    """A multipart form (RFC 7578). The caller gives the boundary, so that bodies are repeatable.

    A boundary of 128 random bits or the job's correlation id cannot occur in media by accident.
    """
    pieces: list[Piece] = []
    for name, value in fields.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n'
        pieces.append(f"{head}{value}\r\n".encode())
    for part in files:
        named = f'; filename="{_quoted(part.file_name)}"' if part.file_name is not None else ""
        head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="{_quoted(part.name)}"{named}\r\n'
            f"Content-Type: {part.content_type}\r\n\r\n"
        )
        pieces += [head.encode(), part.content, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return Body(_joined(pieces), f"multipart/form-data; boundary={boundary}")


def _quoted(text: str) -> str:
    """A parameter as browsers send it: quotes and line ends cannot end the header early."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Neighbouring byte runs made one."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, bytes) and isinstance(last, bytes):
            joined[-1] = last + piece
        else:
            joined.append(piece)
    return tuple(joined)
