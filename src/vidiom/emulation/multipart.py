"""Reading multipart/form-data as it arrives: fields in memory, files on disk."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import IO, Final, Self

__all__ = ["AbsentParts", "Form", "MalformedForm", "read_form"]

_LONGEST_FIELD: Final = 64 * 1024
_LONGEST_HEAD: Final = 16 * 1024
_NAME: Final = re.compile(rb'\bname="([^"]*)"', re.IGNORECASE)
_FILE: Final = re.compile(rb'\bfilename\*?="?([^"\r\n;]*)', re.IGNORECASE)
_TYPE: Final = re.compile(rb"^content-type:\s*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_BOUNDARY: Final = re.compile(r'boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)


class MalformedForm(Exception):
    """The body is no form."""


class AbsentParts(Exception):
    """Required parts of a form are not there."""

    def __init__(self, *names: str) -> None:
        """These."""
        super().__init__(*names)
        self.names = names


@dataclass
class Form:
    """Fields by name, and files by name; the files go when the form does."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """What each file was called where it comes from."""
    types: dict[str, str] = field(default_factory=dict)
    """The content type of each file, where it has one."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for path in self.files.values():
            path.unlink(missing_ok=True)

    def file(self, name: str) -> Path:
        """A required file.

        Raises:
            AbsentParts: It is not there.
        """
        if name not in self.files:
            raise AbsentParts(name)
        return self.files[name]

    def require(self, *names: str) -> list[str]:
        """Required fields.

        Raises:
            AbsentParts: Some are not there.
        """
        absent = [name for name in names if not self.fields.get(name)]
        if absent:
            raise AbsentParts(*absent)
        return [self.fields[name] for name in names]


async def read_form(content_type: str, body: AsyncIterator[bytes], folder: Path) -> Form:
    """The form of a request, whatever its size.

    Raises:
        MalformedForm: It is none.
    """
    form = Form()
    boundary = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/form-data") or boundary is None:
        raise MalformedForm
    reader = _Reader((boundary[1] or boundary[2]).encode("latin-1"), form, folder)
    try:
        async for piece in body:
            reader.feed(piece)
        reader.finish()
    except BaseException:
        reader.close()
        form.__exit__(None, None, None)
        raise
    return form


class _Reader:
    """A parser that holds no more than one piece and the length of a boundary."""

    def __init__(self, boundary: bytes, form: Form, folder: Path) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._form = form
        self._folder = folder
        # as if a line ended before the first boundary, which then looks like all the others
        self._buffer = bytearray(b"\r\n")
        self._name: str | None = None
        self._file: IO[bytes] | None = None
        self._text = bytearray()
        self._in_part = False
        self._ended = False

    def feed(self, piece: bytes) -> None:
        """The next bytes of the body."""
        self._buffer += piece
        while not self._ended and (self._rest_of_part() if self._in_part else self._head()):
            pass

    def finish(self) -> None:
        """All bytes were there."""
        if not self._ended:
            raise MalformedForm

    def close(self) -> None:
        """Give up."""
        if self._file is not None:
            self._file.close()

    def _head(self) -> bool:
        """Read a boundary and the headers after it; whether there was enough for that."""
        start = self._buffer.find(self._delimiter)
        after = start + len(self._delimiter)
        if start >= 0 and self._buffer[after : after + 2] == b"--":
            self._ended = True
            return False
        end = self._buffer.find(b"\r\n\r\n", after) if start >= 0 else -1
        if end < 0:
            if len(self._buffer) > _LONGEST_HEAD:
                raise MalformedForm
            return False
        self._begin(bytes(self._buffer[after:end]))
        del self._buffer[: end + 4]
        return True

    def _begin(self, head: bytes) -> None:
        name = _NAME.search(head)
        if name is None:
            raise MalformedForm
        self._name = name[1].decode("utf-8", "replace")
        self._in_part = True
        file = _FILE.search(head)
        if file is not None:
            self._form.names[self._name] = file[1].decode("utf-8", "replace")
            kind = _TYPE.search(head)
            if kind is not None:
                self._form.types[self._name] = kind[1].strip().decode("latin-1")
            self._file = NamedTemporaryFile(dir=self._folder, delete=False)  # noqa: SIM115
            self._form.files[self._name] = Path(self._file.name)

    def _rest_of_part(self) -> bool:
        """Pass on what surely belongs to the part; whether its end was there."""
        end = self._buffer.find(self._delimiter)
        if end < 0:
            sure = max(0, len(self._buffer) - len(self._delimiter))
            self._take(sure)
            return False
        self._take(end)
        if self._file is not None:
            self._file.close()
        elif self._name is not None:
            self._form.fields[self._name] = self._text.decode("utf-8", "replace")
        self._file, self._name, self._in_part = None, None, False
        self._text.clear()
        return True

    def _take(self, length: int) -> None:
        if self._file is not None:
            with memoryview(self._buffer) as view:
                self._file.write(view[:length])
        else:
            self._text += self._buffer[:length]
            if len(self._text) > _LONGEST_FIELD:
                raise MalformedForm
        del self._buffer[:length]
