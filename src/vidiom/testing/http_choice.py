"""Choosing the HTTP library, to test with both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from vidiom.flow import http

__all__ = ["http_library_chosen"]


@contextmanager
def http_library_chosen(name: Literal["httpx", "httpx2"]) -> Iterator[None]:
    """Use this library in the block; clients must be opened and closed within it."""
    with http.library_chosen(name):
        yield
