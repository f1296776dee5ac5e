"""Ids that a vendor gives out, the same in every run with the same seed."""

from __future__ import annotations

from random import Random
from typing import Final
from uuid import UUID

__all__ = ["Identifiers"]

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Identifiers:
    """Gives out one after the other."""

    def __init__(self, seed: int | None = None) -> None:
        """From this seed; left out, from chance."""
        self._random = Random(seed)  # noqa: S311 - ids that a test can repeat
        self._number = 0

    def uuid(self) -> str:
        """The next UUID."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def token(self, length: int) -> str:
        """The next word of letters and digits."""
        return "".join(self._random.choices(_LETTERS, k=length))

    def number(self, first: int = 1) -> int:
        """The next whole number."""
        self._number += 1
        return first + self._number - 1
