"""Raw answers as files: one for each part, named after it."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from vidiom.cli.destination import OutputFailed
from vidiom.errors import InvalidDocument, UsageError

if TYPE_CHECKING:
    from vidiom.schema.raw import RawPart, RawResult

__all__ = ["PartFile", "empty_folder", "read_parts", "write_parts"]


@dataclass(frozen=True)
class PartFile:
    """One part in a file."""

    name: str
    path: Path


def read_parts(words: Sequence[str]) -> dict[str, bytes]:
    """The contents by part name, of files, folders of files, and ``part=path`` pairs.

    Raises:
        UsageError: A file is missing or stands for a part that there is already.
    """
    found: dict[str, bytes] = {}
    for word in words:
        for one in _files(word):
            if one.name in found:
                raise UsageError(
                    f"the part {one.name!r} is given twice; name one of them with PART=FILE."
                )
            found[one.name] = _content(one.path)
    return found


def _files(word: str) -> Iterator[PartFile]:
    path = Path(word)
    if word == "-":
        raise UsageError("an answer is read from files, not from stdin.")
    if path.is_dir():
        inside = [*_inside(path)]
        if not inside:
            raise UsageError(f"there is no file in {path}.")
        yield from inside
    elif path.exists() or "=" not in word:
        yield PartFile(path.stem, path)
    else:
        name, _, rest = word.partition("=")
        yield PartFile(name, Path(rest))


def _inside(folder: Path) -> Iterator[PartFile]:
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(step.startswith(".") for step in relative.parts)
        if path.is_file() and not hidden:
            yield PartFile(relative.with_suffix("").as_posix(), path)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}; check the path.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    if not content:
        raise InvalidDocument(f"{path} is empty (zero bytes); was it copied completely?")
    return content


def empty_folder(folder: Path) -> Path:
    """A folder that raw parts can be written to, created if need be.

    Raises:
        UsageError: Something is in it or in its way.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty; name a new folder for --raw.")
    except OSError as error:
        raise UsageError(f"{folder} cannot be used for --raw: {error.strerror}.") from None
    return folder


def write_parts(raw: RawResult, folder: Path) -> tuple[PartFile, ...]:
    """Write every part to its file; ``read_parts`` of the folder gives the same parts.

    Raises:
        OutputFailed: A file cannot be written.
    """
    written: list[PartFile] = []
    for part in raw.parts.values():
        path = folder / _file_name(part)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(part.content)
        except OSError as error:
            raise OutputFailed(f"{path} cannot be written: {error.strerror}.") from None
        written.append(PartFile(part.name, path))
    return tuple(written)


def _file_name(part: RawPart) -> PurePosixPath:
    """The part's name with one suffix more, which reading takes off again."""
    steps = [step for step in part.name.split("/") if step not in ("", ".", "..")]
    name = PurePosixPath(
        *(step.replace("\\", "_").lstrip(".") or "_" for step in steps or ["part"])
    )
    return name.with_name(f"{name.name}{_suffix(part)}")


def _suffix(part: RawPart) -> str:
    media_type = (part.media_type or "").partition(";")[0].strip()
    if media_type.endswith("json") or bytes(part.content[:1]) in (b"{", b"["):
        return ".json"
    return mimetypes.guess_extension(media_type) or ".raw"
