"""The root of all errors of vidiom."""

from __future__ import annotations

from typing import ClassVar

__all__ = ["VidiomError"]


class VidiomError(Exception):
    """The root of all errors of this library.

    Attributes:
        message: One or two sentences for a person, ending with what to do next. Never holds a
            secret, a query string or personal data.
        provider: Name of the provider concerned, or ``None``.
        operation: What was being done (``submit``, ``check`` …), or ``None``.
    """

    #: What the command line exits with: 1 the job or request failed, 2 wrong usage.
    exit_code: ClassVar[int] = 1

    def __init__(
        self, message: str, *, provider: str | None = None, operation: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.provider = provider
        self.operation = operation

    def __str__(self) -> str:
        where = " ".join(word for word in (self.provider, self.operation) if word)
        return f"{where}: {self.message}" if where else self.message

    def to_json_object(self) -> dict[str, str | None]:
        """The error as the command line prints it with ``--json``."""
        return {
            "error": type(self).__name__,
            "provider": self.provider,
            "operation": self.operation,
            "message": self.message,
        }
