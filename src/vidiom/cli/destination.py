"""The file that a result is written to: checked before the work, written whole or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from vidiom.errors import UsageError, VidiomError

__all__ = ["Destination", "OutputFailed"]


class OutputFailed(VidiomError):
    """The result is there and cannot be written to the file."""


@dataclass(frozen=True)
class Destination:
    """A file to be written."""

    path: Path

    @classmethod
    def checked(cls, path: Path) -> Self:
        """The destination, if a file can be written there as far as one can tell.

        Raises:
            UsageError: The folder is missing, or something else is in the way.
        """
        if str(path) == "-":
            raise UsageError("--out takes a file; for stdout use --json.")
        try:
            target = path.resolve()
            folder = target.parent
            if not folder.is_dir():
                raise UsageError(f"there is no folder {folder} for --out; create it first.")
            if target.is_dir():
                raise UsageError(f"{path} is a folder; --out takes a file.")
            if not os.access(target if target.exists() else folder, os.W_OK):
                raise UsageError(f"{path} cannot be written: check the permissions.")
        except (OSError, RuntimeError, ValueError) as error:
            if isinstance(error, VidiomError):
                raise
            raise UsageError(f"{path} cannot be written: {_reason(error)}.") from None
        return cls(target)

    def write(self, text: str, *, kept: str) -> None:
        """Write the text.

        Args:
            text: The content.
            kept: Where the result is all the same, for the message when this fails.
        """
        try:
            self._write(text)
        except OSError as error:
            raise OutputFailed(f"{self.path} cannot be written: {_reason(error)}. {kept}") from None

    def _write(self, text: str) -> None:
        if self.path.exists() and not self.path.is_file():  # a device or a pipe
            self.path.write_text(f"{text}\n", encoding="utf-8")
            return
        part = self.path.with_name(f".{self.path.name[:100]}.{os.getpid()}.part")
        try:
            part.write_text(f"{text}\n", encoding="utf-8")
            part.replace(self.path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
