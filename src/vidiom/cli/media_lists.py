"""Lists of media in files: CSV with a header, or one path or URL a line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vidiom.cli.requests import option_of
from vidiom.errors import UsageError

if TYPE_CHECKING:
    from vidiom.client.campaigns import ListedMedia

__all__ = ["listed_media"]

_COLUMNS: Final = ("media", "key", "features", "language", "title", "options")
_HEADER: Final = 64 * 1024


def listed_media(path: Path) -> Iterator[ListedMedia]:
    """The items of a list, one after the other: it may be of any length.

    A file whose first line names a column ``media`` is CSV. Other columns are ``key``,
    ``features`` and ``options`` (separated by spaces), ``language`` and ``title``. Any other file
    has one path or URL a line. Paths are relative to the folder of the list.

    Raises:
        UsageError: It cannot be read, or has a column that means nothing.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline(_HEADER)
            file.seek(0)
            columns = [one.strip().lower() for one in next(csv.reader([first]), [])]
            if "media" in columns:
                unknown = sorted(set(columns) - set(_COLUMNS))
                if unknown:
                    raise UsageError(
                        f"{path} has a column {unknown[0]!r}; columns are: {', '.join(_COLUMNS)}."
                    )
                yield from _rows(csv.DictReader(file, columns), path.parent)
            else:
                yield from _lines(file, path.parent)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not in UTF-8; save it in that encoding first.") from None


def _rows(rows: csv.DictReader[str], folder: Path) -> Iterator[ListedMedia]:
    from vidiom.client.campaigns import ListedMedia

    next(rows, None)  # the header
    for row in rows:
        words = {name: (row.get(name) or "").strip() for name in _COLUMNS}
        if not words["media"]:
            continue
        yield ListedMedia(
            media=_placed(words["media"], folder),
            key=words["key"] or None,
            features=tuple(words["features"].replace(",", " ").split()),
            language=words["language"] or None,
            title=words["title"] or None,
            options=dict(option_of(one) for one in words["options"].split()),
        )


def _lines(lines: Iterator[str], folder: Path) -> Iterator[ListedMedia]:
    from vidiom.client.campaigns import ListedMedia

    for line in lines:
        text = line.strip()
        if text and not text.startswith("#"):
            yield ListedMedia(media=_placed(text, folder))


def _placed(text: str, folder: Path) -> str:
    """A path as it is meant from the list's folder; a URL as it is."""
    return text if "://" in text else str(folder / text)
